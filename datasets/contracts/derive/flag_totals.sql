-- How often each flag was raised: over processes, suppliers and buyers. One that was never raised has zeros.
SELECT
    flag_definitions.flag_code,
    count(DISTINCT CASE WHEN subject_code = 'process' THEN subject_id END) AS process_count,
    count(DISTINCT CASE WHEN subject_code = 'supplier' THEN subject_id END) AS supplier_count,
    count(DISTINCT CASE WHEN subject_code IN ('buyer', 'procuring_entity') THEN subject_id END) AS buyer_count
FROM flag_definitions
LEFT JOIN contract_flags ON contract_flags.flag_code = flag_definitions.flag_code
GROUP BY flag_definitions.flag_code
ORDER BY flag_definitions.flag_code
