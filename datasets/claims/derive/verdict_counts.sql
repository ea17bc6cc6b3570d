-- How many statements got each verdict; a verdict that none got is there with zero.
SELECT
    verdict_kinds.verdict_code,
    verdict_kinds.name_fa,
    verdict_kinds.name_en,
    count(claim_verdicts.claim_id) AS claim_count
FROM verdict_kinds
LEFT JOIN claim_verdicts ON claim_verdicts.verdict_code = verdict_kinds.verdict_code
GROUP BY verdict_kinds.verdict_code, verdict_kinds.name_fa, verdict_kinds.name_en
ORDER BY verdict_kinds.verdict_code
