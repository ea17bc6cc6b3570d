-- The ways that cases take: cases with the same activities completed in the same order are one variant (W. van der Aalst,
-- Process Mining, 2nd ed., Springer 2016, ch. 5), commonest first, then by text. Open cases count by what they have so far.
WITH traces AS (
    SELECT
        municipal_process_id,
        case_id,
        string_agg(activity, ' › ' ORDER BY event_number) AS activities,
        count(*) AS event_count
    FROM events
    WHERE completed_at IS NOT NULL
    GROUP BY municipal_process_id, case_id
),
counted AS (
    SELECT
        traces.municipal_process_id,
        traces.activities,
        max(traces.event_count) AS event_count,
        count(*) AS case_count,
        sum(CASE WHEN cases.is_ended THEN 1 ELSE 0 END) AS ended_count,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY CASE WHEN cases.is_ended THEN cases.duration_seconds END)
            AS median_seconds
    FROM traces
    INNER JOIN cases ON cases.municipal_process_id = traces.municipal_process_id AND cases.case_id = traces.case_id
    GROUP BY traces.municipal_process_id, traces.activities
)
SELECT
    municipal_process_id,
    row_number() OVER (PARTITION BY municipal_process_id ORDER BY case_count DESC, activities) AS variant_number,
    activities,
    event_count,
    case_count,
    round(case_count * 1.0 / sum(case_count) OVER (PARTITION BY municipal_process_id), 4) AS case_share,
    ended_count,
    round(median_seconds / 86400, 2) AS median_duration_days
FROM counted
ORDER BY municipal_process_id, variant_number
