-- What is wrong in the logs, counted: one row for each process and kind, with a case to look at. Faults of single records
-- are in event_faults; the rest shows once steps and cases are put together:
-- start_missing: a completion without its start, in a process whose log has starts elsewhere (mixed lifecycles).
-- completion_missing: a step begun whose completion is not recorded, though the case went on after it.
-- one_event: a case in which a single step is recorded. without_end: an open case of which nothing was recorded for more
-- than 180 days before the newest moment of its process.
WITH with_starts AS (
    SELECT municipal_process_id, max(coalesce(completed_at, started_at)) AS newest_at, count(started_at) AS start_count
    FROM events
    GROUP BY municipal_process_id
),
found AS (
    SELECT municipal_process_id, case_id, fault_code AS issue_code FROM event_faults
    UNION ALL
    SELECT events.municipal_process_id, events.case_id, 'start_missing' AS issue_code
    FROM events
    INNER JOIN with_starts ON with_starts.municipal_process_id = events.municipal_process_id
    WHERE events.started_at IS NULL AND with_starts.start_count > 0
    UNION ALL
    SELECT events.municipal_process_id, events.case_id, 'completion_missing' AS issue_code
    FROM events
    INNER JOIN cases ON cases.municipal_process_id = events.municipal_process_id AND cases.case_id = events.case_id
    WHERE events.completed_at IS NULL AND events.started_at < cases.last_event_at
    UNION ALL
    SELECT municipal_process_id, case_id, 'one_event' AS issue_code
    FROM events
    GROUP BY municipal_process_id, case_id
    HAVING count(*) = 1
    UNION ALL
    SELECT cases.municipal_process_id, cases.case_id, 'without_end' AS issue_code
    FROM cases
    INNER JOIN with_starts ON with_starts.municipal_process_id = cases.municipal_process_id
    WHERE NOT cases.is_ended AND cases.last_event_at < with_starts.newest_at - INTERVAL '180' DAY
)
SELECT
    municipal_process_id,
    issue_code,
    CASE
        WHEN issue_code IN ('duplicate', 'clock_jump', 'other_lifecycle') THEN 'left_out'
        WHEN issue_code = 'out_of_order' THEN 'sorted'
        WHEN issue_code = 'respelled' THEN 'renamed'
        WHEN issue_code IN ('start_missing', 'completion_missing') THEN 'time_unknown'
        ELSE 'kept'
    END AS treatment_code,
    count(*) AS issue_count,
    count(DISTINCT case_id) AS case_count,
    min(case_id) AS example_case_id
FROM found
GROUP BY municipal_process_id, issue_code
ORDER BY municipal_process_id, issue_code
