-- By how much each project has slipped from its first promise: to the opening; while it is not open, to the last promise,
-- or to the newest moment in the data where that promise has passed. Stopped projects count like those under way: the
-- promise was made. A project that was never promised has no slip.
WITH moments AS (
    SELECT max(moment) AS as_of_date
    FROM (
        SELECT updated_date AS moment FROM projects
        UNION ALL SELECT opened_date FROM projects
        UNION ALL SELECT stated_date FROM project_promises
    ) AS found
),
ordered AS (
    SELECT
        project_id,
        promised_date,
        row_number() OVER (PARTITION BY project_id ORDER BY promise_number) AS from_first,
        row_number() OVER (PARTITION BY project_id ORDER BY promise_number DESC) AS from_last
    FROM project_promises
),
promised AS (
    SELECT
        project_id,
        count(*) AS promise_count,
        max(CASE WHEN from_first = 1 THEN promised_date END) AS first_promised_date,
        max(CASE WHEN from_last = 1 THEN promised_date END) AS last_promised_date
    FROM ordered
    GROUP BY project_id
),
ended AS (
    SELECT
        projects.*,
        as_of_date,
        coalesce(promise_count, 0) AS promise_count,
        first_promised_date,
        last_promised_date,
        CASE
            WHEN opened_date IS NOT NULL THEN opened_date
            WHEN last_promised_date < as_of_date THEN as_of_date
            ELSE last_promised_date
        END AS end_date
    FROM projects
    LEFT JOIN promised ON promised.project_id = projects.project_id
    CROSS JOIN moments
)
SELECT
    project_id,
    custodian_name,
    pillar_code,
    status_code,
    promise_count,
    first_promised_date,
    last_promised_date,
    opened_date,
    as_of_date,
    last_promised_date - first_promised_date AS moved_days,
    CASE
        WHEN opened_date IS NOT NULL THEN NULL
        WHEN last_promised_date < as_of_date THEN as_of_date - last_promised_date
        WHEN last_promised_date IS NOT NULL THEN 0
    END AS overdue_days,
    end_date - first_promised_date AS slipped_days,
    end_date > first_promised_date AS is_slipped
FROM ended
ORDER BY project_id
