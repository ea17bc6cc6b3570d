-- Which services moved online: the share of cases begun online in the newest twelve months of the data beside that in the
-- twelve months before. Services without a case in one of the two years have no change.
WITH months AS (
    SELECT month_start_date, row_number() OVER (ORDER BY month_start_date DESC) AS months_ago
    FROM (SELECT DISTINCT month_start_date FROM eservice_uses) AS seen
),
years AS (
    SELECT
        u.eservice_id,
        sum(CASE WHEN m.months_ago <= 12 THEN u.online_count ELSE 0 END) AS online_count,
        sum(CASE WHEN m.months_ago <= 12 THEN u.online_count + u.in_person_count ELSE 0 END) AS case_count,
        sum(CASE WHEN m.months_ago BETWEEN 13 AND 24 THEN u.online_count ELSE 0 END) AS former_online_count,
        sum(CASE WHEN m.months_ago BETWEEN 13 AND 24 THEN u.online_count + u.in_person_count ELSE 0 END)
            AS former_case_count
    FROM eservice_uses AS u
    INNER JOIN months AS m ON m.month_start_date = u.month_start_date
    GROUP BY u.eservice_id
)
SELECT
    s.eservice_id,
    s.office_id,
    y.former_case_count,
    round(y.former_online_count * 1.0 / nullif(y.former_case_count, 0), 4) AS former_online_share,
    y.case_count,
    round(y.online_count * 1.0 / nullif(y.case_count, 0), 4) AS online_share,
    round(
        y.online_count * 1.0 / nullif(y.case_count, 0) - y.former_online_count * 1.0 / nullif(y.former_case_count, 0), 4
    ) AS online_share_change
FROM years AS y
INNER JOIN eservices AS s ON s.eservice_id = y.eservice_id
ORDER BY s.eservice_id
