-- A repeat: a request that came at most 30 days after another on the same subject and in the same cell was closed. A cell
-- is a latitude and longitude rounded to three decimals, about 110 by 90 metres: so much of a place is published. Whether
-- the same person wrote, or about the same thing, is not known.
WITH requests AS (
    SELECT
        requests.service_request_id,
        requests.service_code,
        requests.district_id,
        requests.latitude,
        requests.longitude,
        requests.requested_at,
        times.closed_at
    FROM service_requests AS requests
    JOIN request_times AS times ON times.service_request_id = requests.service_request_id
    WHERE requests.latitude IS NOT NULL AND requests.longitude IS NOT NULL
),
-- Of requests that were closed in the same cell at the same moment the one with the least number counts.
closings AS (
    SELECT service_code, latitude, longitude, closed_at, min(service_request_id) AS service_request_id
    FROM requests
    WHERE closed_at IS NOT NULL
    GROUP BY service_code, latitude, longitude, closed_at
),
moments AS (
    SELECT service_code, latitude, longitude, closed_at AS moment, 0 AS is_request, closed_at, NULL AS asked_id
    FROM closings
    UNION ALL
    SELECT service_code, latitude, longitude, requested_at, 1, NULL, service_request_id
    FROM requests
),
followed AS (
    SELECT
        asked_id,
        max(closed_at) OVER (
            PARTITION BY service_code, latitude, longitude
            ORDER BY moment, is_request, asked_id
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS before_at
    FROM moments
)
SELECT
    requests.service_request_id,
    closings.service_request_id AS earlier_request_id,
    requests.service_code,
    requests.district_id,
    requests.latitude,
    requests.longitude,
    followed.before_at AS earlier_closed_at,
    requests.requested_at,
    round(extract(EPOCH FROM (requests.requested_at - followed.before_at)) / 86400.0, 2) AS after_days
FROM followed
JOIN requests ON requests.service_request_id = followed.asked_id
JOIN closings
    ON closings.service_code = requests.service_code
    AND closings.latitude = requests.latitude
    AND closings.longitude = requests.longitude
    AND closings.closed_at = followed.before_at
WHERE requests.requested_at <= followed.before_at + INTERVAL '30' DAY
    AND closings.service_request_id <> requests.service_request_id
ORDER BY requests.service_request_id
