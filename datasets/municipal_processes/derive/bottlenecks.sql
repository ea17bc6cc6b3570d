-- Where cases wait: for each step and office, its share of all waiting in the process, largest first. Waiting is from the
-- completion of the step before to the start of this one (sojourn and waiting time: W. van der Aalst, Process Mining,
-- 2nd ed., Springer 2016, ch. 9). Where no start is recorded the whole time between completions stands for it, which
-- is too much by the work done; started_share says how often the start is known. Waits that still last are not counted:
-- those of open cases are in cases.limit_age_days. Times of the first step are not known and not counted.
-- A step that the catalogue leaves to no office is the applicant's own, and so is the time before it.
WITH waits AS (
    SELECT
        municipal_process_id,
        activity,
        coalesce(office, 'نامشخص') AS office,
        coalesce(waiting_seconds, sojourn_seconds) AS wait_seconds,
        coalesce(waiting_working_days, sojourn_working_days) AS wait_working_days,
        work_seconds,
        sojourn_seconds,
        CASE WHEN started_at IS NULL THEN 0.0 ELSE 1.0 END AS is_started
    FROM events
    WHERE sojourn_seconds IS NOT NULL
),
by_process AS (
    SELECT municipal_process_id, sum(wait_seconds) AS total_seconds
    FROM waits
    GROUP BY municipal_process_id
),
by_step AS (
    SELECT
        municipal_process_id,
        activity,
        sum(wait_seconds) AS step_seconds,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY wait_seconds) AS step_median_seconds
    FROM waits
    GROUP BY municipal_process_id, activity
),
ranked_steps AS (
    SELECT
        municipal_process_id,
        activity,
        step_seconds,
        step_median_seconds,
        row_number() OVER (PARTITION BY municipal_process_id ORDER BY step_seconds DESC, activity) AS step_rank
    FROM by_step
),
applicant_steps AS (
    SELECT DISTINCT municipal_process_id, activity
    FROM process_steps
    WHERE office_kind IS NULL
),
by_office AS (
    SELECT
        municipal_process_id,
        activity,
        office,
        count(*) AS event_count,
        avg(is_started) AS started_share,
        sum(wait_seconds) AS wait_seconds,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY wait_seconds) AS median_seconds,
        percentile_cont(0.9) WITHIN GROUP (ORDER BY wait_seconds) AS p90_seconds,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY wait_working_days) AS median_working_days,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY work_seconds) AS median_work_seconds,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY sojourn_seconds) AS median_sojourn_seconds,
        avg(sojourn_seconds) AS mean_sojourn_seconds
    FROM waits
    GROUP BY municipal_process_id, activity, office
)
SELECT
    by_office.municipal_process_id,
    by_office.activity,
    by_office.office,
    row_number() OVER (
        PARTITION BY by_office.municipal_process_id
        ORDER BY by_office.wait_seconds DESC, by_office.activity, by_office.office
    ) AS rank,
    ranked_steps.step_rank,
    applicant_steps.activity IS NOT NULL AS is_applicant_step,
    by_office.event_count,
    round(by_office.wait_seconds / 86400, 0) AS waiting_days,
    round(by_office.wait_seconds / nullif(by_process.total_seconds, 0), 4) AS waiting_share,
    round(ranked_steps.step_seconds / nullif(by_process.total_seconds, 0), 4) AS step_waiting_share,
    round(by_office.median_seconds / 86400, 2) AS median_waiting_days,
    round(by_office.p90_seconds / 86400, 2) AS p90_waiting_days,
    round(by_office.median_working_days, 2) AS median_waiting_working_days,
    round(ranked_steps.step_median_seconds / 86400, 2) AS step_median_waiting_days,
    round(by_office.median_seconds / nullif(ranked_steps.step_median_seconds, 0), 2) AS times_step_median,
    round(by_office.median_work_seconds / 86400, 3) AS median_work_days,
    round(by_office.started_share, 4) AS started_share,
    round(by_office.median_sojourn_seconds, 6) AS median_sojourn_seconds,
    round(by_office.mean_sojourn_seconds, 6) AS mean_sojourn_seconds
FROM by_office
INNER JOIN ranked_steps
    ON ranked_steps.municipal_process_id = by_office.municipal_process_id
    AND ranked_steps.activity = by_office.activity
INNER JOIN by_process ON by_process.municipal_process_id = by_office.municipal_process_id
LEFT JOIN applicant_steps
    ON applicant_steps.municipal_process_id = by_office.municipal_process_id
    AND applicant_steps.activity = by_office.activity
ORDER BY by_office.municipal_process_id, rank
