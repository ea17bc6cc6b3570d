-- Services by office and by the level that the office claims, with those that need no visit at all. Levels follow the four
-- stages of online services of the United Nations E-Government Survey (2012: emerging, enhanced, transactional, connected)
-- and the five of the European Commission's benchmark of 2010 (information, one-way interaction, two-way interaction,
-- transaction, targetisation): `information` is the first of both; `form` their one-way and two-way interaction;
-- `transaction` is begun online and ends with a visit; `electronic` is the benchmark's "full electronic case handling".
SELECT
    office_id,
    level_code,
    count(*) AS eservice_count,
    round(count(*) * 1.0 / sum(count(*)) OVER (PARTITION BY office_id), 4) AS office_share,
    sum(CASE WHEN visit_step_count = 0 THEN 1 ELSE 0 END) AS no_visit_count,
    sum(step_count) AS step_count,
    sum(visit_step_count) AS visit_step_count
FROM eservices
GROUP BY office_id, level_code
ORDER BY office_id, level_code
