-- The steps of each case: one row for each time that an activity was done, its start and completion brought together.
-- Duplicates and jumped clocks (see event_faults) are left out, as is what is neither start nor completion.
-- A completion belongs to the start of the same activity that stands directly before it in time within the case; without
-- one, started_at is empty. A start that no completion follows is a step begun and not completed: it is listed after the
-- completed ones and is no part of edges, variants and times.
-- Steps are numbered by completion (ties keep the order of the log), because the directly-follows relation is read from
-- completions: W. van der Aalst, Process Mining, 2nd ed., Springer 2016, ch. 5 and 6.
-- Waiting is from the completion before to the start, never less than nothing where steps overlap; work is from start to
-- completion; sojourn is from the completion before to this one (ibid., ch. 9). The first step of a case has no wait.
-- Working days follow the Iranian office week: Saturday to Wednesday, 7:30 to 14:30 (seven hours) by the clocks of
-- Tehran, public holidays not taken out. `office_seconds` counts these hours from Saturday 3 January 1970.
WITH recorded AS (
    SELECT 'building_permit' AS municipal_process_id, * FROM permit_log_events
    UNION ALL
    SELECT 'business_licence' AS municipal_process_id, * FROM licence_log_events
    UNION ALL
    SELECT 'contract_payment' AS municipal_process_id, * FROM payment_log_events
),
left_out AS (
    SELECT DISTINCT municipal_process_id, case_id, record_number
    FROM event_faults
    WHERE fault_code IN ('duplicate', 'clock_jump', 'other_lifecycle')
),
kept AS (
    SELECT
        recorded.municipal_process_id,
        recorded.case_id,
        recorded.record_number,
        activity_spellings.activity,
        recorded.office,
        recorded.role,
        recorded.channel_code,
        recorded.lifecycle_code,
        recorded.recorded_at
    FROM recorded
    INNER JOIN activity_spellings
        ON activity_spellings.municipal_process_id = recorded.municipal_process_id
        AND activity_spellings.spelling = recorded.activity
    LEFT JOIN left_out
        ON left_out.municipal_process_id = recorded.municipal_process_id
        AND left_out.case_id = recorded.case_id
        AND left_out.record_number = recorded.record_number
    WHERE left_out.record_number IS NULL
),
neighbours AS (
    SELECT
        *,
        lag(lifecycle_code) OVER same_activity AS lifecycle_before,
        lag(recorded_at) OVER same_activity AS recorded_before_at,
        lead(lifecycle_code) OVER same_activity AS lifecycle_after
    FROM kept
    WINDOW same_activity AS (
        PARTITION BY municipal_process_id, case_id, activity ORDER BY recorded_at, record_number
    )
),
steps AS (
    SELECT
        municipal_process_id, case_id, record_number, activity, office, role, channel_code,
        CASE
            WHEN lifecycle_code = 'start' THEN recorded_at
            WHEN lifecycle_before = 'start' THEN recorded_before_at
        END AS started_at,
        CASE WHEN lifecycle_code = 'complete' THEN recorded_at END AS completed_at
    FROM neighbours
    WHERE lifecycle_code = 'complete' OR lifecycle_after IS NULL OR lifecycle_after = 'start'
),
local_times AS (
    SELECT
        *,
        extract(epoch FROM started_at AT TIME ZONE 'UTC' AT TIME ZONE 'Asia/Tehran') AS started_local,
        extract(epoch FROM completed_at AT TIME ZONE 'UTC' AT TIME ZONE 'Asia/Tehran') AS completed_local
    FROM steps
),
days AS (
    SELECT
        *,
        floor(started_local / 86400) - 2 AS started_day,  -- from Saturday 3 January 1970
        floor(completed_local / 86400) - 2 AS completed_day
    FROM local_times
),
clocked AS (
    SELECT
        *,
        (floor(started_day / 7) * 5 + least(started_day - floor(started_day / 7) * 7, 5)) * 25200
        + CASE
            WHEN started_day - floor(started_day / 7) * 7 >= 5 THEN 0
            ELSE least(greatest(started_local - (started_day + 2) * 86400 - 27000, 0), 25200)
        END AS started_office_seconds,
        (floor(completed_day / 7) * 5 + least(completed_day - floor(completed_day / 7) * 7, 5)) * 25200
        + CASE
            WHEN completed_day - floor(completed_day / 7) * 7 >= 5 THEN 0
            ELSE least(greatest(completed_local - (completed_day + 2) * 86400 - 27000, 0), 25200)
        END AS completed_office_seconds
    FROM days
),
in_order AS (
    SELECT
        *,
        row_number() OVER in_case AS event_number,
        lag(activity) OVER in_case AS activity_before,
        lag(office) OVER in_case AS office_before,
        lag(completed_at) OVER in_case AS completed_before_at,
        lag(completed_office_seconds) OVER in_case AS office_seconds_before
    FROM clocked
    WINDOW in_case AS (
        PARTITION BY municipal_process_id, case_id
        ORDER BY
            CASE WHEN completed_at IS NULL THEN 1 ELSE 0 END,
            coalesce(completed_at, started_at),
            record_number
    )
),
timed AS (
    SELECT
        *,
        CASE WHEN completed_at IS NOT NULL THEN extract(epoch FROM (completed_at - completed_before_at)) END
            AS sojourn,
        extract(epoch FROM (completed_at - started_at)) AS work,
        CASE WHEN completed_at IS NOT NULL THEN extract(epoch FROM (started_at - completed_before_at)) END AS waiting,
        completed_office_seconds - office_seconds_before AS sojourn_office,
        completed_office_seconds - started_office_seconds AS work_office,
        CASE WHEN completed_at IS NOT NULL THEN started_office_seconds - office_seconds_before END AS waiting_office
    FROM in_order
)
SELECT
    municipal_process_id,
    case_id,
    event_number,
    activity,
    office,
    role,
    channel_code,
    started_at,
    completed_at,
    CASE WHEN completed_at IS NOT NULL THEN activity_before END AS previous_activity,
    CASE WHEN completed_at IS NOT NULL THEN office_before END AS previous_office,
    round(CASE WHEN waiting < 0 THEN 0 ELSE waiting END, 6) AS waiting_seconds,
    round(work, 6) AS work_seconds,
    round(sojourn, 6) AS sojourn_seconds,
    round(CASE WHEN waiting_office < 0 THEN 0 ELSE waiting_office END / 25200, 6) AS waiting_working_days,
    round(work_office / 25200, 6) AS work_working_days,
    round(sojourn_office / 25200, 6) AS sojourn_working_days
FROM timed
ORDER BY municipal_process_id, case_id, event_number
