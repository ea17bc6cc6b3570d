-- What became of each promise. A promise is kept if the project opened on its day or before. Days late are counted to the
-- opening or, while the project is not open, to the newest moment in the data; they are negative where it opened early.
WITH moments AS (
    SELECT max(moment) AS as_of_date
    FROM (
        SELECT updated_date AS moment FROM projects
        UNION ALL SELECT opened_date FROM projects
        UNION ALL SELECT stated_date FROM project_promises
    ) AS found
),
promises AS (
    SELECT
        promises.*,
        opened_date,
        as_of_date,
        lag(promised_date) OVER (PARTITION BY promises.project_id ORDER BY promise_number) AS before_date
    FROM project_promises AS promises
    JOIN projects ON projects.project_id = promises.project_id
    CROSS JOIN moments
)
SELECT
    project_id,
    promise_number,
    stated_date,
    promised_date,
    opened_date,
    promised_date - before_date AS moved_days,
    CASE
        WHEN opened_date IS NOT NULL THEN opened_date - promised_date
        WHEN promised_date < as_of_date THEN as_of_date - promised_date
    END AS late_days,
    CASE
        WHEN opened_date <= promised_date THEN 'kept'
        WHEN opened_date > promised_date THEN 'late'
        WHEN promised_date < as_of_date THEN 'overdue'
        ELSE 'not_due'
    END AS outcome_code
FROM promises
ORDER BY project_id, promise_number
