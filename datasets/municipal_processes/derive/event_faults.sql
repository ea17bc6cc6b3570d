-- Records of the logs that are wrong, one row for each record and fault; `event_issues` counts them. (Some of these are
-- patterns of S. Suriadi et al., Event log imperfection patterns for process mining, Information Systems 64, 2017: a jumped
-- clock is inadvertent time travel, another spelling a distorted label.)
-- duplicate: process, case, activity, office, role, kind and time are those of a record before it in the log.
-- clock_jump: more than ten years (3,653 days) from the middle of its case's times (the median, so that one jumped clock
--   cannot move it): no case lasts so long, a clock that was reset is further off. A case of two such records loses both.
-- out_of_order: earlier than a record before it in the log; duplicates and jumped clocks are left out first.
-- respelled: its activity is mostly spelled in another way (see activity_spellings).
-- other_lifecycle: neither start nor completion, but one of the other transitions of IEEE 1849-2023 (XES).
WITH recorded AS (
    SELECT 'building_permit' AS municipal_process_id, * FROM permit_log_events
    UNION ALL
    SELECT 'business_licence' AS municipal_process_id, * FROM licence_log_events
    UNION ALL
    SELECT 'contract_payment' AS municipal_process_id, * FROM payment_log_events
),
named AS (
    SELECT
        recorded.municipal_process_id,
        recorded.case_id,
        recorded.record_number,
        recorded.office,
        recorded.role,
        recorded.lifecycle_code,
        recorded.recorded_at,
        activity_spellings.activity,
        activity_spellings.activity <> recorded.activity AS is_respelled
    FROM recorded
    INNER JOIN activity_spellings
        ON activity_spellings.municipal_process_id = recorded.municipal_process_id
        AND activity_spellings.spelling = recorded.activity
),
repeated AS (
    SELECT
        municipal_process_id, case_id, activity, office, role, lifecycle_code, recorded_at,
        min(record_number) AS first_number
    FROM named
    GROUP BY municipal_process_id, case_id, activity, office, role, lifecycle_code, recorded_at
    HAVING count(*) > 1
),
duplicates AS (
    SELECT named.municipal_process_id, named.case_id, named.record_number
    FROM named
    INNER JOIN repeated
        ON repeated.municipal_process_id = named.municipal_process_id
        AND repeated.case_id = named.case_id
        AND repeated.activity = named.activity
        AND repeated.lifecycle_code = named.lifecycle_code
        AND repeated.recorded_at = named.recorded_at
        AND repeated.office IS NOT DISTINCT FROM named.office
        AND repeated.role IS NOT DISTINCT FROM named.role
        AND repeated.first_number < named.record_number
),
middles AS (
    SELECT
        municipal_process_id, case_id,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM recorded_at)) AS middle_epoch
    FROM named
    GROUP BY municipal_process_id, case_id
    HAVING extract(epoch FROM max(recorded_at)) - extract(epoch FROM min(recorded_at)) > 3653 * 86400
),
jumps AS (
    SELECT named.municipal_process_id, named.case_id, named.record_number
    FROM named
    INNER JOIN middles
        ON middles.municipal_process_id = named.municipal_process_id AND middles.case_id = named.case_id
    WHERE abs(extract(epoch FROM named.recorded_at) - middles.middle_epoch) > 3653 * 86400
),
left_out AS (
    SELECT municipal_process_id, case_id, record_number, 'duplicate' AS fault_code FROM duplicates
    UNION ALL
    SELECT municipal_process_id, case_id, record_number, 'clock_jump' AS fault_code FROM jumps
),
in_log_order AS (
    SELECT
        named.municipal_process_id,
        named.case_id,
        named.record_number,
        named.recorded_at,
        max(named.recorded_at) OVER (
            PARTITION BY named.municipal_process_id, named.case_id
            ORDER BY named.record_number
            ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
        ) AS newest_at
    FROM named
    LEFT JOIN left_out
        ON left_out.municipal_process_id = named.municipal_process_id
        AND left_out.case_id = named.case_id
        AND left_out.record_number = named.record_number
    WHERE left_out.record_number IS NULL
)
SELECT municipal_process_id, case_id, record_number, fault_code
FROM left_out
UNION ALL
SELECT municipal_process_id, case_id, record_number, 'out_of_order' AS fault_code
FROM in_log_order
WHERE recorded_at < newest_at
UNION ALL
SELECT municipal_process_id, case_id, record_number, 'respelled' AS fault_code
FROM named
WHERE is_respelled
UNION ALL
SELECT municipal_process_id, case_id, record_number, 'other_lifecycle' AS fault_code
FROM named
WHERE lifecycle_code NOT IN ('start', 'complete')
ORDER BY municipal_process_id, case_id, record_number, fault_code
