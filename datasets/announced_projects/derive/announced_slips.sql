-- What became of each promise, as far as a source tells. A promise counts as on time until the end of its last promised
-- day. There is no clock: "today" is the newest day on which sources were searched. A promise of which no source says
-- that it was done is not called late: the days since then are given apart, as unconfirmed.
WITH newest AS (
    SELECT max(searched_date) AS as_of_date FROM announced_promises
)
SELECT
    promise_id,
    title_fa,
    title_en,
    CASE
        WHEN outcome_code = 'not_done' THEN 'not_done'
        WHEN outcome_code = 'no_source' AND promised_date IS NULL THEN 'no_date'
        WHEN outcome_code = 'no_source' AND promised_date >= as_of_date THEN 'not_due'
        WHEN outcome_code = 'no_source' THEN 'no_source'
        WHEN outcome_code = 'partly' AND promised_date IS NULL THEN 'partly_no_date'
        WHEN outcome_code = 'partly' AND outcome_date > promised_date THEN 'partly_late'
        WHEN outcome_code = 'partly' THEN 'partly_on_time'
        WHEN outcome_code = 'done' AND promised_date IS NULL THEN 'no_date'
        WHEN outcome_code = 'done' AND outcome_date > promised_date THEN 'late'
        WHEN outcome_code = 'done' THEN 'on_time'
    END AS status_code,
    promised_date,
    outcome_date,
    outcome_date - promised_date AS slip_days,
    CASE
        WHEN outcome_code = 'no_source' AND promised_date < as_of_date THEN as_of_date - promised_date
    END AS unconfirmed_days,
    as_of_date
FROM announced_promises
CROSS JOIN newest
ORDER BY promise_id
