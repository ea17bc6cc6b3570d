-- The arithmetic of each statement, done anew from figures that stand in its source (claim_figures). No result is
-- authored: only operands, the name of the operation and how far rounding may explain a difference.
-- Days are counted from the period's Gregorian dates, both included, so that a Jalali month has the days that its own
-- calendar gives it. An operation that is not listed here gives no value, and the gate refuses the row.
WITH operands AS (
    SELECT
        claim_figures.evidence_id,
        max(CASE WHEN claim_figures.position = 1 THEN claim_figures.value END) AS first_value,
        max(CASE WHEN claim_figures.position = 2 THEN claim_figures.value END) AS second_value,
        sum(claim_figures.value) AS total_value,
        min(CASE WHEN claim_figures.document_id = claims.document_id THEN 1 ELSE 0 END) = 1 AS is_own_figures
    FROM claim_figures
    JOIN claim_evidence ON claim_evidence.evidence_id = claim_figures.evidence_id
    JOIN claims ON claims.claim_id = claim_evidence.claim_id
    GROUP BY claim_figures.evidence_id
),
calculated AS (
    SELECT
        claim_evidence.evidence_id,
        claim_evidence.claim_id,
        claim_evidence.reading_id,
        claim_evidence.role_code,
        claim_evidence.operation_code,
        CASE
            WHEN claim_evidence.operation_code = 'per_day' THEN claims.period_end_date - claims.period_start_date + 1
        END AS day_count,
        CASE claim_evidence.operation_code
            WHEN 'sum' THEN operands.total_value
            WHEN 'difference' THEN operands.first_value - operands.second_value
            WHEN 'product' THEN operands.first_value * operands.second_value
            WHEN 'ratio' THEN operands.first_value / operands.second_value
            WHEN 'share_pct' THEN 100.0 * operands.first_value / operands.second_value
            WHEN 'percent_change' THEN 100.0 * (operands.second_value - operands.first_value) / operands.first_value
            WHEN 'per_day' THEN operands.first_value / (claims.period_end_date - claims.period_start_date + 1)
        END AS value,
        CASE WHEN claim_evidence.tolerance IS NOT NULL THEN claims.stated_value END AS stated_value,
        claim_evidence.tolerance,
        operands.is_own_figures
    FROM claim_evidence
    JOIN claims ON claims.claim_id = claim_evidence.claim_id
    JOIN operands ON operands.evidence_id = claim_evidence.evidence_id
    WHERE claim_evidence.kind_code = 'arithmetic'
)
SELECT
    evidence_id,
    claim_id,
    reading_id,
    role_code,
    operation_code,
    day_count,
    round(value, 2) AS computed_value,
    stated_value,
    round(value - stated_value, 2) AS difference,
    tolerance,
    abs(value - stated_value) <= tolerance AS is_within_tolerance,
    is_own_figures
FROM calculated
ORDER BY evidence_id
