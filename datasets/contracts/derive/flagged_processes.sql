-- Processes with one flag or more, with who bought what from whom: a list to begin asking from.
WITH flags AS (
    SELECT ocid, count(*) AS flag_count, string_agg(flag_code, ', ' ORDER BY flag_code) AS flag_codes
    FROM contract_flags
    WHERE subject_code = 'process'
    GROUP BY ocid
),
given AS (
    SELECT
        ocid,
        CAST(sum(amount_irr) AS BIGINT) AS awarded_irr,
        CASE WHEN count(*) = 1 THEN max(supplier_id) END AS supplier_id
    FROM awards
    WHERE status_code = 'active'
    GROUP BY ocid
)
SELECT
    flags.ocid,
    contracting_processes.title,
    contracting_processes.buyer_id,
    given.supplier_id,
    contracting_processes.method_code,
    contracting_processes.fiscal_year,
    given.awarded_irr,
    flags.flag_count,
    flags.flag_codes
FROM flags
INNER JOIN contracting_processes ON contracting_processes.ocid = flags.ocid
LEFT JOIN given ON given.ocid = flags.ocid
ORDER BY flags.ocid
