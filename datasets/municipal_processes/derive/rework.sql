-- Steps done again: an activity that was completed more than once in the same case is rework, whoever did it and whatever
-- came between (rework: M. Dumas et al., Fundamentals of Business Process Management, 2nd ed., Springer 2018, ch. 7).
-- repeat_days is the time from the first completion of the activity in a case to its last.
WITH in_cases AS (
    SELECT
        municipal_process_id,
        activity,
        case_id,
        count(*) AS done_count,
        extract(epoch FROM (max(completed_at) - min(completed_at))) / 86400 AS repeat_days
    FROM events
    WHERE completed_at IS NOT NULL
    GROUP BY municipal_process_id, activity, case_id
)
SELECT
    municipal_process_id,
    activity,
    count(*) AS case_count,
    sum(CASE WHEN done_count > 1 THEN 1 ELSE 0 END) AS rework_case_count,
    round(avg(CASE WHEN done_count > 1 THEN 1.0 ELSE 0.0 END), 4) AS rework_case_share,
    sum(done_count - 1) AS repeat_count,
    max(done_count) AS max_done_count,
    round(percentile_cont(0.5) WITHIN GROUP (ORDER BY CASE WHEN done_count > 1 THEN repeat_days END), 2)
        AS median_repeat_days
FROM in_cases
GROUP BY municipal_process_id, activity
ORDER BY municipal_process_id, activity
