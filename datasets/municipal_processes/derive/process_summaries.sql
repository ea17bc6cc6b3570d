-- Each process in one row. Durations are those of ended cases; percentiles interpolate linearly (Hyndman and Fan 1996,
-- type 7). The waiting share is that of waiting in waiting and work together, over steps whose start is recorded.
WITH durations AS (
    SELECT
        municipal_process_id,
        count(*) AS case_count,
        sum(CASE WHEN is_ended THEN 1 ELSE 0 END) AS ended_count,
        sum(event_count) AS event_count,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY CASE WHEN is_ended THEN duration_seconds END) AS median_seconds,
        avg(CASE WHEN is_ended THEN duration_seconds END) AS mean_seconds,
        percentile_cont(0.25) WITHIN GROUP (ORDER BY CASE WHEN is_ended THEN duration_seconds END) AS p25_seconds,
        percentile_cont(0.75) WITHIN GROUP (ORDER BY CASE WHEN is_ended THEN duration_seconds END) AS p75_seconds,
        percentile_cont(0.9) WITHIN GROUP (ORDER BY CASE WHEN is_ended THEN duration_seconds END) AS p90_seconds,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY CASE WHEN is_ended THEN duration_working_days END)
            AS median_working_days,
        avg(CASE WHEN is_over_limit THEN 1.0 WHEN NOT is_over_limit THEN 0.0 END) AS over_share,
        avg(CASE WHEN is_ended AND repeat_count > 0 THEN 1.0 WHEN is_ended THEN 0.0 END) AS rework_case_share
    FROM cases
    GROUP BY municipal_process_id
),
waits AS (
    SELECT municipal_process_id, sum(waiting_seconds) AS waiting_seconds, sum(work_seconds) AS work_seconds
    FROM events
    WHERE waiting_seconds IS NOT NULL
    GROUP BY municipal_process_id
),
ways AS (
    SELECT municipal_process_id, count(*) AS variant_count
    FROM variants
    GROUP BY municipal_process_id
)
SELECT
    durations.municipal_process_id,
    durations.case_count,
    durations.ended_count,
    durations.case_count - durations.ended_count AS open_count,
    durations.event_count,
    coalesce(ways.variant_count, 0) AS variant_count,
    round(durations.median_seconds, 6) AS median_duration_seconds,
    round(durations.mean_seconds, 6) AS mean_duration_seconds,
    round(durations.p25_seconds, 6) AS p25_duration_seconds,
    round(durations.p75_seconds, 6) AS p75_duration_seconds,
    round(durations.p90_seconds, 6) AS p90_duration_seconds,
    round(durations.median_seconds / 86400, 2) AS median_duration_days,
    round(durations.p90_seconds / 86400, 2) AS p90_duration_days,
    round(durations.median_working_days, 2) AS median_duration_working_days,
    round(waits.waiting_seconds / nullif(waits.waiting_seconds + waits.work_seconds, 0), 4) AS waiting_share,
    round(durations.over_share, 4) AS over_limit_share,
    round(durations.rework_case_share, 4) AS rework_case_share
FROM durations
LEFT JOIN waits ON waits.municipal_process_id = durations.municipal_process_id
LEFT JOIN ways ON ways.municipal_process_id = durations.municipal_process_id
ORDER BY durations.municipal_process_id
