-- How far each office got with its year's budget, and how much of it is bound by contracts: allocated / approved, spent /
-- allocated, and contracts signed in the year (amounts when signed, cancelled ones left out) / allocated. The office is
-- the buyer of its contracts by its code. sum_difference_irr is the sum that the office wrote minus the sum of its lines.
WITH spending AS (
    SELECT
        fiscal_year,
        office_id,
        count(*) AS programme_count,
        CAST(sum(approved_irr) AS BIGINT) AS approved_irr,
        CAST(sum(allocated_irr) AS BIGINT) AS allocated_irr,
        CAST(sum(spent_irr) AS BIGINT) AS spent_irr
    FROM budget_lines
    GROUP BY fiscal_year, office_id
),
signed AS (
    SELECT
        fiscal_year,
        buyer_id AS office_id,
        count(*) AS contract_count,
        CAST(sum(signed_amount_irr) AS BIGINT) AS contracted_irr
    FROM contracts
    WHERE coalesce(status_code, '') <> 'cancelled'
    GROUP BY fiscal_year, buyer_id
)
SELECT
    spending.fiscal_year,
    spending.office_id,
    budget_offices.office_name,
    spending.programme_count,
    spending.approved_irr,
    spending.allocated_irr,
    spending.spent_irr,
    round(CAST(spending.allocated_irr AS DOUBLE) / nullif(spending.approved_irr, 0), 4) AS allocated_share,
    round(CAST(spending.spent_irr AS DOUBLE) / nullif(spending.allocated_irr, 0), 4) AS spent_share,
    coalesce(signed.contract_count, 0) AS contract_count,
    coalesce(signed.contracted_irr, 0) AS contracted_irr,
    round(CAST(coalesce(signed.contracted_irr, 0) AS DOUBLE) / nullif(spending.allocated_irr, 0), 4) AS contracted_share,
    budget_totals.approved_irr + budget_totals.allocated_irr + budget_totals.spent_irr
    - spending.approved_irr - spending.allocated_irr - spending.spent_irr AS sum_difference_irr
FROM spending
LEFT JOIN budget_offices ON budget_offices.office_id = spending.office_id
LEFT JOIN signed ON signed.fiscal_year = spending.fiscal_year AND signed.office_id = spending.office_id
LEFT JOIN budget_totals
    ON budget_totals.fiscal_year = spending.fiscal_year AND budget_totals.office_id = spending.office_id
ORDER BY spending.fiscal_year, spending.office_id
