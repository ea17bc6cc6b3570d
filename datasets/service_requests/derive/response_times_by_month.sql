-- response_times for each Jalali month in which requests came. Of recent months only what was closed fast is closed yet,
-- so that their median looks better than it will be: open_share tells how much is still to come.
SELECT
    jalali_month,
    district_id,
    service_code,
    count(*) AS request_count,
    sum(CASE WHEN is_open THEN 1 ELSE 0 END) AS open_count,
    sum(CASE WHEN is_open THEN 0 ELSE 1 END) AS closed_count,
    round(percentile_cont(0.5) WITHIN GROUP (ORDER BY close_days), 2) AS median_close_days,
    round(sum(CASE WHEN is_open THEN 1.0 ELSE 0.0 END) / count(*), 4) AS open_share
FROM request_times
WHERE district_id IS NOT NULL
GROUP BY jalali_month, district_id, service_code
ORDER BY jalali_month, district_id, service_code
