-- Work that passes from one office to another: how often, and how long it lay between (handover of work, on the level of
-- offices instead of persons: W. van der Aalst, Process Mining, 2nd ed., Springer 2016, ch. 9).
SELECT
    municipal_process_id,
    previous_office AS from_office,
    office AS to_office,
    count(*) AS handover_count,
    count(DISTINCT case_id) AS case_count,
    round(percentile_cont(0.5) WITHIN GROUP (ORDER BY coalesce(waiting_seconds, sojourn_seconds)) / 86400, 2)
        AS median_waiting_days,
    round(percentile_cont(0.9) WITHIN GROUP (ORDER BY coalesce(waiting_seconds, sojourn_seconds)) / 86400, 2)
        AS p90_waiting_days
FROM events
WHERE office <> previous_office
GROUP BY municipal_process_id, previous_office, office
ORDER BY municipal_process_id, from_office, to_office
