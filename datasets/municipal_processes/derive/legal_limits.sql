-- How many cases are over the legal limit, by the office that received them (that of the case's first step). A case is
-- decided once it has ended, or is open past its limit; open cases within the limit are left out, for they may still be
-- in time. Days over are counted like the limit, in calendar or working days.
SELECT
    cases.municipal_process_id,
    coalesce(cases.first_office, 'نامشخص') AS office,
    max(municipal_processes.legal_limit_days) AS legal_limit_days,
    max(municipal_processes.limit_days_code) AS limit_days_code,
    count(*) AS case_count,
    sum(CASE WHEN cases.is_over_limit THEN 1 ELSE 0 END) AS over_count,
    round(avg(CASE WHEN cases.is_over_limit THEN 1.0 ELSE 0.0 END), 4) AS over_share,
    sum(CASE WHEN cases.is_over_limit AND NOT cases.is_ended THEN 1 ELSE 0 END) AS open_over_count,
    round(
        percentile_cont(0.5) WITHIN GROUP (
            ORDER BY CASE WHEN cases.is_over_limit THEN cases.limit_age_days - municipal_processes.legal_limit_days END
        ), 2
    ) AS median_over_days
FROM cases
INNER JOIN municipal_processes ON municipal_processes.municipal_process_id = cases.municipal_process_id
WHERE cases.is_over_limit IS NOT NULL
GROUP BY cases.municipal_process_id, coalesce(cases.first_office, 'نامشخص')
ORDER BY cases.municipal_process_id, office
