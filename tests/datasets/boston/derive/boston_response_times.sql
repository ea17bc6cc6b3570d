-- Hours from request to last change of closed requests (GeoReport v2 has no time of closing). The median interpolates
-- linearly (Hyndman and Fan 1996, type 7).
WITH requests AS (
    SELECT
        service_code,
        status_code,
        CASE WHEN status_code = 'closed' THEN epoch(updated_at - requested_at) / 3600.0 END AS close_hours
    FROM boston_requests
)
SELECT
    service_code,
    count(*) AS request_count,
    sum(CASE WHEN status_code = 'open' THEN 1 ELSE 0 END) AS open_count,
    sum(CASE WHEN status_code = 'closed' THEN 1 ELSE 0 END) AS closed_count,
    round(quantile_cont(close_hours, 0.5), 4) AS median_close_hours,
    sum(CASE WHEN close_hours < 0 THEN 1 ELSE 0 END) AS negative_count
FROM requests
GROUP BY service_code
ORDER BY service_code
