-- The weights of the criteria that an API meets, added up: no point stands for another, and each can be looked up in
-- `api_openness`. What the register does not say earns nothing and is counted as unknown. Equal scores, equal ranks.
SELECT
    o.api_id,
    a.owner_code,
    sum(CASE WHEN o.is_met THEN o.weight ELSE 0 END) AS score,
    sum(o.weight) AS most_score,
    round(sum(CASE WHEN o.is_met THEN o.weight ELSE 0 END) * 1.0 / sum(o.weight), 4) AS score_share,
    rank() OVER (ORDER BY sum(CASE WHEN o.is_met THEN o.weight ELSE 0 END) DESC) AS openness_rank,
    sum(CASE WHEN o.is_met THEN 1 ELSE 0 END) AS met_count,
    count(*) AS criterion_count,
    sum(CASE WHEN o.is_known THEN 0 ELSE 1 END) AS unknown_count
FROM api_openness AS o
INNER JOIN open_apis AS a ON a.api_id = o.api_id
GROUP BY o.api_id, a.owner_code
ORDER BY o.api_id
