-- Services whose use or steps speak against the level that their office claims, with the reason:
--   visit_needed    called wholly electronic, yet at least one step needs a visit;
--   never_online    can be begun online by its office's word, yet nobody did in the newest twelve months of the data.
-- A service may have both. "Now" is the newest month in the data, so that the same data always gives the same table.
WITH months AS (
    SELECT month_start_date, row_number() OVER (ORDER BY month_start_date DESC) AS months_ago
    FROM (SELECT DISTINCT month_start_date FROM eservice_uses) AS seen
),
recent AS (
    SELECT u.eservice_id, sum(u.online_count) AS online_count, sum(u.in_person_count) AS in_person_count
    FROM eservice_uses AS u
    INNER JOIN months AS m ON m.month_start_date = u.month_start_date
    WHERE m.months_ago <= 12
    GROUP BY u.eservice_id
),
found AS (
    SELECT eservice_id, 'visit_needed' AS reason_code
    FROM eservices
    WHERE level_code = 'electronic' AND visit_step_count > 0
    UNION ALL
    SELECT s.eservice_id, 'never_online' AS reason_code
    FROM eservices AS s
    INNER JOIN recent AS r ON r.eservice_id = s.eservice_id
    WHERE s.level_code IN ('transaction', 'electronic') AND r.online_count = 0
)
SELECT
    s.eservice_id,
    f.reason_code,
    s.office_id,
    s.level_code,
    s.visit_step_count,
    coalesce(r.online_count, 0) AS online_count,
    coalesce(r.in_person_count, 0) AS in_person_count
FROM found AS f
INNER JOIN eservices AS s ON s.eservice_id = f.eservice_id
LEFT JOIN recent AS r ON r.eservice_id = f.eservice_id
ORDER BY s.eservice_id, f.reason_code
