-- One row for each district: how much is asked, how much is open, and how long it takes. Some subjects take longer than
-- others everywhere, so times_as_long compares like with like: each closed request's days over the whole city's median
-- for its subject, and of these the median. 1 is like the city, 2 is twice as long. The slowest subject is judged among
-- those with at least ten closed requests in the district; of equal ones the first code counts.
WITH times AS (
    SELECT * FROM request_times WHERE district_id IS NOT NULL
),
usual AS (
    SELECT service_code, percentile_cont(0.5) WITHIN GROUP (ORDER BY close_days) AS city_days
    FROM times
    GROUP BY service_code
),
city AS (
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY close_days) AS median_days FROM times
),
compared AS (
    SELECT times.*, CASE WHEN city_days > 0 THEN close_days / city_days END AS ratio
    FROM times
    JOIN usual ON usual.service_code = times.service_code
),
cards AS (
    SELECT
        district_id,
        count(*) AS request_count,
        sum(CASE WHEN is_open THEN 1 ELSE 0 END) AS open_count,
        sum(CASE WHEN open_days > 30 THEN 1 ELSE 0 END) AS open_over_30_days_count,
        round(percentile_cont(0.5) WITHIN GROUP (ORDER BY close_days), 2) AS median_close_days,
        round(percentile_cont(0.5) WITHIN GROUP (ORDER BY ratio), 2) AS times_as_long,
        sum(CASE WHEN closing_count > 0 THEN 1 ELSE 0 END) AS closed_once_count,
        sum(CASE WHEN reopened_count > 0 THEN 1 ELSE 0 END) AS reopened_request_count
    FROM compared
    GROUP BY district_id
),
ranked AS (
    SELECT
        district_id,
        service_code,
        median_close_days,
        row_number() OVER (PARTITION BY district_id ORDER BY median_close_days DESC, service_code) AS place
    FROM response_times
    WHERE closed_count >= 10
),
repeats AS (
    SELECT district_id, count(*) AS repeat_count FROM repeat_complaints GROUP BY district_id
),
told AS (
    SELECT
        district_id,
        count(has_photo) AS media_known_count,
        sum(CASE WHEN has_photo OR has_video THEN 1 ELSE 0 END) AS media_count,
        count(rating) AS rating_count,
        round(avg(rating), 2) AS mean_rating
    FROM service_requests
    GROUP BY district_id
)
SELECT
    cards.district_id,
    request_count,
    open_count,
    round(CAST(open_count AS DOUBLE PRECISION) / request_count, 4) AS open_share,
    open_over_30_days_count,
    cards.median_close_days,
    round(city.median_days, 2) AS city_median_close_days,
    times_as_long,
    ranked.service_code AS slowest_service_code,
    ranked.median_close_days AS slowest_median_close_days,
    round(CAST(reopened_request_count AS DOUBLE PRECISION) / nullif(closed_once_count, 0), 4) AS reopened_share,
    coalesce(repeat_count, 0) AS repeat_count,
    round(CAST(media_count AS DOUBLE PRECISION) / nullif(media_known_count, 0), 4) AS media_share,
    rating_count,
    mean_rating
FROM cards
CROSS JOIN city
JOIN told ON told.district_id = cards.district_id
LEFT JOIN ranked ON ranked.district_id = cards.district_id AND ranked.place = 1
LEFT JOIN repeats ON repeats.district_id = cards.district_id
ORDER BY cards.district_id
