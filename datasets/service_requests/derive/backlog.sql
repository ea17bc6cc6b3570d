-- Open requests by how long they have been waiting at the newest moment in the data, by district and subject.
WITH aged AS (
    SELECT
        district_id,
        service_code,
        open_days,
        CASE
            WHEN open_days <= 7 THEN 'up_to_7'
            WHEN open_days <= 30 THEN 'up_to_30'
            WHEN open_days <= 90 THEN 'up_to_90'
            WHEN open_days <= 180 THEN 'up_to_180'
            ELSE 'over_180'
        END AS age_code
    FROM request_times
    WHERE is_open AND district_id IS NOT NULL
)
SELECT
    district_id,
    service_code,
    age_code,
    count(*) AS open_count,
    round(max(open_days), 1) AS oldest_open_days
FROM aged
GROUP BY district_id, service_code, age_code
ORDER BY district_id, service_code, age_code
