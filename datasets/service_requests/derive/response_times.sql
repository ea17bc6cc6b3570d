-- Days from request to closing, by district and subject. GeoReport v2 has no time of closing: the last change of a closed
-- request stands for it. Percentiles interpolate linearly (Hyndman and Fan 1996, type 7). "Now" is the newest moment in
-- the data, so that the same data always gives the same table.
WITH moments AS (
    SELECT max(updated_at) AS newest_at FROM service_requests
),
requests AS (
    SELECT
        district_id,
        service_code,
        status_code = 'open' AS is_open,
        CASE WHEN status_code = 'closed' THEN epoch(updated_at - requested_at) / 86400.0 END AS close_days,
        status_code = 'open' AND requested_at < newest_at - INTERVAL 30 DAY AS is_late
    FROM service_requests
    CROSS JOIN moments
    WHERE district_id IS NOT NULL
)
SELECT
    district_id,
    service_code,
    count(*) AS request_count,
    sum(CASE WHEN is_open THEN 1 ELSE 0 END) AS open_count,
    sum(CASE WHEN is_open THEN 0 ELSE 1 END) AS closed_count,
    round(quantile_cont(close_days, 0.5), 2) AS median_close_days,
    round(quantile_cont(close_days, 0.9), 2) AS p90_close_days,
    sum(CASE WHEN is_late THEN 1 ELSE 0 END) AS open_over_30_days_count,
    round(sum(CASE WHEN is_late THEN 1 ELSE 0 END) / count(*), 4) AS open_over_30_days_share
FROM requests
GROUP BY district_id, service_code
ORDER BY district_id, service_code
