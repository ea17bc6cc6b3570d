-- project_slips by custodian. Projects whose card names no custodian are in card_gaps, not here. The median is over the
-- projects that slipped and interpolates linearly (Hyndman and Fan 1996, type 7).
SELECT
    projects.custodian_name,
    count(*) AS project_count,
    sum(CASE WHEN promise_count > 0 THEN 1 ELSE 0 END) AS promised_count,
    sum(CASE WHEN is_slipped THEN 1 ELSE 0 END) AS slipped_count,
    round(
        sum(CASE WHEN is_slipped THEN 1.0 ELSE 0.0 END) / nullif(sum(CASE WHEN promise_count > 0 THEN 1 ELSE 0 END), 0), 4
    ) AS slipped_share,
    round(
        percentile_cont(0.5) WITHIN GROUP (ORDER BY CASE WHEN is_slipped THEN CAST(slipped_days AS DOUBLE PRECISION) END), 1
    ) AS median_slipped_days,
    max(slipped_days) AS longest_slipped_days,
    sum(CASE WHEN overdue_days > 0 THEN 1 ELSE 0 END) AS overdue_count,
    CAST(sum(budget_irr) AS BIGINT) AS budget_irr,
    CAST(sum(CASE WHEN is_slipped THEN budget_irr END) AS BIGINT) AS slipped_budget_irr
FROM project_slips
JOIN projects ON projects.project_id = project_slips.project_id
WHERE projects.custodian_name IS NOT NULL
GROUP BY projects.custodian_name
ORDER BY projects.custodian_name
