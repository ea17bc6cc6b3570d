-- Days from request to closing, by district and subject; request_times says when a request counts as closed. Percentiles
-- interpolate linearly (Hyndman and Fan 1996, type 7).
SELECT
    district_id,
    service_code,
    count(*) AS request_count,
    sum(CASE WHEN is_open THEN 1 ELSE 0 END) AS open_count,
    sum(CASE WHEN is_open THEN 0 ELSE 1 END) AS closed_count,
    round(percentile_cont(0.5) WITHIN GROUP (ORDER BY close_days), 2) AS median_close_days,
    round(percentile_cont(0.9) WITHIN GROUP (ORDER BY close_days), 2) AS p90_close_days,
    sum(CASE WHEN open_days > 30 THEN 1 ELSE 0 END) AS open_over_30_days_count,
    round(sum(CASE WHEN open_days > 30 THEN 1.0 ELSE 0.0 END) / count(*), 4) AS open_over_30_days_share
FROM request_times
WHERE district_id IS NOT NULL
GROUP BY district_id, service_code
ORDER BY district_id, service_code
