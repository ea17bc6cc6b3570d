-- Praise and blame of each service, from its totals, with the worst of its months among those that are shown. The share of
-- blame is that among opinions that praise or blame (scores 4 and 5, 1 and 2); a score of 3 is neither and counts nowhere.
-- Ranks have gaps after equal shares; of months with an equal share the earliest is named.
WITH months AS (
    SELECT
        service_code,
        jalali_month,
        blame_count * 1.0 / (praise_count + blame_count) AS blame_share,
        row_number() OVER (
            PARTITION BY service_code ORDER BY blame_count * 1.0 / (praise_count + blame_count) DESC, jalali_month
        ) AS place
    FROM feedback_by_service
    WHERE praise_count + blame_count > 0
),
hidden AS (
    SELECT
        service_code,
        sum(CASE WHEN is_suppressed THEN 0 ELSE 1 END) AS shown_month_count,
        sum(CASE WHEN is_suppressed THEN 1 ELSE 0 END) AS hidden_month_count
    FROM feedback_by_service
    GROUP BY service_code
)
SELECT
    s.service_code,
    s.praise_count,
    s.blame_count,
    round(s.blame_count * 1.0 / nullif(s.praise_count + s.blame_count, 0), 4) AS blame_share,
    CASE
        WHEN s.praise_count + s.blame_count > 0
        THEN rank() OVER (ORDER BY s.blame_count * 1.0 / nullif(s.praise_count + s.blame_count, 0) DESC NULLS LAST)
    END AS blame_rank,
    m.jalali_month AS worst_month,
    round(m.blame_share, 4) AS worst_month_blame_share,
    h.shown_month_count,
    h.hidden_month_count
FROM feedback_services AS s
LEFT JOIN hidden AS h ON h.service_code = s.service_code
LEFT JOIN months AS m ON m.service_code = s.service_code AND m.place = 1
ORDER BY s.service_code
