-- How much is done online, by process and Jalali month: of the steps completed in the month, and of the cases begun in it
-- (a case is wholly electronic if every step of it so far was). What has no channel recorded is not counted.
-- Jalali months by the cycle of 33 years with 8 leap years (12,053 days), counted from 1 Farvardin 979, which is right
-- from 1178 to 1633; months and days are those of Tehran.
WITH steps AS (
    SELECT
        municipal_process_id,
        CAST(completed_at AT TIME ZONE 'UTC' AT TIME ZONE 'Asia/Tehran' AS date) AS local_date,
        count(*) AS event_count,
        sum(CASE WHEN channel_code = 'electronic' THEN 1 ELSE 0 END) AS electronic_event_count,
        0 AS case_count,
        0 AS electronic_case_count
    FROM events
    WHERE completed_at IS NOT NULL AND channel_code IS NOT NULL
    GROUP BY municipal_process_id, local_date
),
begun AS (
    SELECT
        municipal_process_id,
        CAST(started_at AT TIME ZONE 'UTC' AT TIME ZONE 'Asia/Tehran' AS date) AS local_date,
        0 AS event_count,
        0 AS electronic_event_count,
        count(*) AS case_count,
        sum(CASE WHEN is_electronic THEN 1 ELSE 0 END) AS electronic_case_count
    FROM cases
    WHERE is_electronic IS NOT NULL
    GROUP BY municipal_process_id, local_date
),
both_counts AS (
    SELECT * FROM steps
    UNION ALL
    SELECT * FROM begun
),
epoch_days AS (
    SELECT *, local_date - DATE '1600-03-20' AS day FROM both_counts  -- 1 Farvardin 979
),
cycles AS (
    SELECT *, floor(day / 12053.0) AS cycle, day - floor(day / 12053.0) * 12053 AS cycle_day FROM epoch_days
),
fours AS (
    SELECT *, floor(cycle_day / 1461) AS four, cycle_day - floor(cycle_day / 1461) * 1461 AS four_day FROM cycles
),
years AS (
    SELECT
        *,
        979 + 33 * cycle + 4 * four + CASE WHEN four_day < 366 THEN 0 ELSE floor((four_day - 1) / 365) END
            AS jalali_year,
        CASE WHEN four_day < 366 THEN four_day ELSE four_day - 1 - floor((four_day - 1) / 365) * 365 END AS year_day
    FROM fours
),
months AS (
    SELECT
        *,
        CASE WHEN year_day < 186 THEN 1 + floor(year_day / 31) ELSE 7 + floor((year_day - 186) / 30) END AS month_number,
        CASE
            WHEN year_day < 186 THEN year_day - floor(year_day / 31) * 31
            ELSE year_day - 186 - floor((year_day - 186) / 30) * 30
        END AS month_day
    FROM years
)
SELECT
    municipal_process_id,
    CAST(CAST(jalali_year AS integer) AS varchar) || '-' || lpad(CAST(CAST(month_number AS integer) AS varchar), 2, '0')
        AS jalali_month,
    min(local_date - CAST(month_day AS integer)) AS month_start_date,
    sum(event_count) AS event_count,
    sum(electronic_event_count) AS electronic_event_count,
    round(sum(electronic_event_count) * 1.0 / nullif(sum(event_count), 0), 4) AS electronic_event_share,
    sum(case_count) AS case_count,
    sum(electronic_case_count) AS electronic_case_count,
    round(sum(electronic_case_count) * 1.0 / nullif(sum(case_count), 0), 4) AS electronic_case_share
FROM months
GROUP BY municipal_process_id, jalali_year, month_number
ORDER BY municipal_process_id, jalali_month
