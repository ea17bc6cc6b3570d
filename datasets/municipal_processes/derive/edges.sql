-- The directly-follows graph of each process: how often one activity was completed next after another in the same case,
-- and the time between (W. van der Aalst, Process Mining, 2nd ed., Springer 2016, ch. 6; all edges, none filtered).
-- Sojourn is from completion to completion; waiting from the completion to the start of the next, where starts are
-- recorded. Percentiles interpolate linearly (Hyndman and Fan 1996, type 7).
SELECT
    municipal_process_id,
    previous_activity AS from_activity,
    activity AS to_activity,
    count(*) AS edge_count,
    count(DISTINCT case_id) AS case_count,
    round(percentile_cont(0.5) WITHIN GROUP (ORDER BY waiting_seconds) / 86400, 2) AS median_waiting_days,
    round(avg(waiting_seconds) / 86400, 2) AS mean_waiting_days,
    round(percentile_cont(0.9) WITHIN GROUP (ORDER BY waiting_seconds) / 86400, 2) AS p90_waiting_days,
    round(percentile_cont(0.5) WITHIN GROUP (ORDER BY waiting_working_days), 2) AS median_waiting_working_days,
    round(percentile_cont(0.5) WITHIN GROUP (ORDER BY sojourn_seconds), 6) AS median_sojourn_seconds,
    round(avg(sojourn_seconds), 6) AS mean_sojourn_seconds,
    round(percentile_cont(0.9) WITHIN GROUP (ORDER BY sojourn_seconds), 6) AS p90_sojourn_seconds,
    min(sojourn_seconds) AS min_sojourn_seconds,
    max(sojourn_seconds) AS max_sojourn_seconds
FROM events
WHERE previous_activity IS NOT NULL
GROUP BY municipal_process_id, previous_activity, activity
ORDER BY municipal_process_id, from_activity, to_activity
