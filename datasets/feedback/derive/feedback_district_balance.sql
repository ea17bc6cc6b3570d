-- Praise and blame in each district, from its totals. The share of blame is that among opinions that praise or blame
-- (scores 4 and 5, 1 and 2); ranks have gaps after equal shares.
SELECT
    district_id,
    praise_count,
    blame_count,
    round(blame_count * 1.0 / nullif(praise_count + blame_count, 0), 4) AS blame_share,
    CASE
        WHEN praise_count + blame_count > 0
        THEN rank() OVER (ORDER BY blame_count * 1.0 / nullif(praise_count + blame_count, 0) DESC NULLS LAST)
    END AS blame_rank
FROM feedback_districts
ORDER BY district_id
