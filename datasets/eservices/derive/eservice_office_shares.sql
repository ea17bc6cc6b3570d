-- How electronic each office's services are. Wholly electronic is what the office calls so AND needs no visit: a word alone
-- does not make it. Steps and cases are counted beside, for one service may have many of either. Cases are those of the
-- newest twelve months of the data. Offices of equal share have equal ranks.
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
offices AS (
    SELECT
        s.office_id,
        count(*) AS eservice_count,
        sum(CASE WHEN s.level_code = 'electronic' THEN 1 ELSE 0 END) AS claimed_electronic_count,
        sum(CASE WHEN s.level_code = 'electronic' AND s.visit_step_count = 0 THEN 1 ELSE 0 END)
            AS wholly_electronic_count,
        sum(s.step_count) AS step_count,
        sum(s.visit_step_count) AS visit_step_count,
        sum(coalesce(r.online_count, 0)) AS online_count,
        sum(coalesce(r.in_person_count, 0)) AS in_person_count
    FROM eservices AS s
    LEFT JOIN recent AS r ON r.eservice_id = s.eservice_id
    GROUP BY s.office_id
)
SELECT
    office_id,
    eservice_count,
    claimed_electronic_count,
    wholly_electronic_count,
    round(wholly_electronic_count * 1.0 / eservice_count, 4) AS wholly_electronic_share,
    rank() OVER (ORDER BY wholly_electronic_count * 1.0 / eservice_count DESC) AS electronic_rank,
    step_count,
    visit_step_count,
    round(visit_step_count * 1.0 / nullif(step_count, 0), 4) AS visit_step_share,
    online_count,
    in_person_count,
    round(online_count * 1.0 / nullif(online_count + in_person_count, 0), 4) AS online_share
FROM offices
ORDER BY office_id
