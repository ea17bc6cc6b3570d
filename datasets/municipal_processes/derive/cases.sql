-- One row for each case: where it began and stands, whether it has ended, how long it took, and whether it is over the
-- legal limit. Ended: its last completed step is a last step of the process in process_steps. Duration: from the start of
-- the first step (its completion, where no start is recorded) to the last completion, which is the work of the first step
-- and all sojourns after it; so added up, fractions of seconds are kept, which published times have not. Age: duration of an ended case; of an open one, time until "now", the newest
-- moment in the log of its process. Over the limit: an ended case by its duration, an open one once its age is beyond;
-- an open case within the limit is not decided yet, and stays empty.
-- Days are counted as the limit is: calendar days, or working days of the Iranian office week (see events.sql, whose
-- count of office hours is repeated here for the beginning and for now).
WITH spans AS (
    SELECT
        municipal_process_id,
        case_id,
        min(CASE WHEN event_number = 1 THEN coalesce(started_at, completed_at) END) AS started_at,
        max(coalesce(completed_at, started_at)) AS last_event_at,
        count(completed_at) AS event_count,
        count(DISTINCT CASE WHEN completed_at IS NOT NULL THEN activity END) AS activity_count,
        count(DISTINCT office) AS office_count,
        sum(CASE WHEN office <> previous_office THEN 1 ELSE 0 END) AS handover_count,
        count(CASE WHEN completed_at IS NOT NULL THEN channel_code END) AS channel_count,
        sum(CASE WHEN completed_at IS NOT NULL AND channel_code = 'electronic' THEN 1 ELSE 0 END) AS electronic_count,
        sum(waiting_seconds) AS waiting_seconds,
        sum(work_seconds) AS work_seconds,
        coalesce(sum(sojourn_seconds), 0) + coalesce(sum(CASE WHEN event_number = 1 THEN work_seconds END), 0)
            AS duration_seconds,
        coalesce(sum(sojourn_working_days), 0)
        + coalesce(sum(CASE WHEN event_number = 1 THEN work_working_days END), 0) AS duration_working_days
    FROM events
    GROUP BY municipal_process_id, case_id
),
newest AS (
    SELECT municipal_process_id, max(last_event_at) AS newest_at
    FROM spans
    GROUP BY municipal_process_id
),
last_steps AS (
    SELECT DISTINCT municipal_process_id, activity
    FROM process_steps
    WHERE is_last
),
placed AS (
    SELECT
        spans.*,
        newest.newest_at,
        first_events.office AS first_office,
        last_events.activity AS last_activity,
        last_events.office AS last_office,
        last_steps.activity IS NOT NULL AND last_events.completed_at IS NOT NULL AS is_ended
    FROM spans
    INNER JOIN newest ON newest.municipal_process_id = spans.municipal_process_id
    INNER JOIN events AS first_events
        ON first_events.municipal_process_id = spans.municipal_process_id
        AND first_events.case_id = spans.case_id
        AND first_events.event_number = 1
    INNER JOIN events AS last_events
        ON last_events.municipal_process_id = spans.municipal_process_id
        AND last_events.case_id = spans.case_id
        AND last_events.event_number = CASE WHEN spans.event_count = 0 THEN 1 ELSE spans.event_count END
    LEFT JOIN last_steps
        ON last_steps.municipal_process_id = last_events.municipal_process_id
        AND last_steps.activity = last_events.activity
),
moments AS (
    SELECT started_at AS moment_at FROM placed
    UNION
    SELECT newest_at AS moment_at FROM placed
),
local_moments AS (
    SELECT
        moment_at,
        extract(epoch FROM moment_at AT TIME ZONE 'UTC' AT TIME ZONE 'Asia/Tehran') AS local_at,
        floor(extract(epoch FROM moment_at AT TIME ZONE 'UTC' AT TIME ZONE 'Asia/Tehran') / 86400) - 2 AS day
    FROM moments
),
clock AS (
    SELECT
        moment_at,
        (
            (floor(day / 7) * 5 + least(day - floor(day / 7) * 7, 5)) * 25200
            + CASE
                WHEN day - floor(day / 7) * 7 >= 5 THEN 0
                ELSE least(greatest(local_at - (day + 2) * 86400 - 27000, 0), 25200)
            END
        ) / 25200 AS working_day
    FROM local_moments
),
aged AS (
    SELECT
        placed.*,
        extract(epoch FROM (placed.newest_at - placed.started_at)) / 86400 AS open_days,
        nows.working_day - starts.working_day AS open_working_days,
        municipal_processes.legal_limit_days,
        municipal_processes.limit_days_code
    FROM placed
    INNER JOIN clock AS starts ON starts.moment_at = placed.started_at
    INNER JOIN clock AS nows ON nows.moment_at = placed.newest_at
    LEFT JOIN municipal_processes ON municipal_processes.municipal_process_id = placed.municipal_process_id
),
counted AS (
    SELECT
        *,
        CASE
            WHEN is_ended AND limit_days_code = 'working_days' THEN duration_working_days
            WHEN is_ended THEN duration_seconds / 86400
            WHEN limit_days_code = 'working_days' THEN open_working_days
            ELSE open_days
        END AS limit_age_days
    FROM aged
)
SELECT
    municipal_process_id,
    case_id,
    first_office,
    last_activity,
    last_office,
    started_at,
    last_event_at,
    is_ended,
    event_count,
    activity_count,
    office_count,
    handover_count,
    event_count - activity_count AS repeat_count,
    round(electronic_count * 1.0 / nullif(channel_count, 0), 4) AS electronic_share,
    CASE WHEN channel_count > 0 THEN electronic_count = channel_count END AS is_electronic,
    CASE WHEN event_count > 0 THEN round(duration_seconds, 6) END AS duration_seconds,
    CASE WHEN event_count > 0 THEN round(duration_seconds / 86400, 2) END AS duration_days,
    CASE WHEN event_count > 0 THEN round(duration_working_days, 4) END AS duration_working_days,
    round(waiting_seconds / 86400, 2) AS waiting_days,
    round(work_seconds / 86400, 2) AS work_days,
    round(limit_age_days, 4) AS limit_age_days,
    CASE
        WHEN legal_limit_days IS NULL THEN NULL
        WHEN limit_age_days > legal_limit_days THEN true
        WHEN is_ended THEN false
    END AS is_over_limit
FROM counted
ORDER BY municipal_process_id, case_id
