-- Two things apart for each duty: what a person of this site saw at the live source (verified_code), and what others last
-- said. No row of another dataset is read: while a source is not harvested live, its dataset may hold demonstration
-- data, which says nothing of a duty. The last report is the one with the largest number.
WITH last_reports AS (
    SELECT duty_id, max(report_number) AS report_number, count(*) AS report_count
    FROM duty_reports
    GROUP BY duty_id
)
SELECT
    publication_duties.duty_id,
    publication_duties.title_fa,
    publication_duties.title_en,
    publication_duties.organisation_id,
    coalesce(publication_duties.verified_code, 'unknown') AS status_code,
    publication_duties.verified_date,
    duty_reports.reported_code,
    duty_reports.reported_date,
    duty_reports.reporter_fa,
    duty_reports.reporter_en,
    coalesce(last_reports.report_count, 0) AS report_count,
    CASE
        WHEN publication_duties.verified_code IS NULL THEN 'این سایت هنوز چیزی از سرچشمهٔ واقعی دریافت نکرده است.'
        ELSE 'این سایت آن را در سرچشمهٔ واقعی دیده است.'
    END || coalesce(' آخرین گزارش: ' || duty_reports.note_fa, ' گزارشی نیافتیم.') AS reason_fa,
    CASE
        WHEN publication_duties.verified_code IS NULL THEN 'This site has harvested nothing from the live source yet.'
        ELSE 'This site saw it at the live source.'
    END || coalesce(' Last report: ' || duty_reports.note_en, ' No report was found.') AS reason_en
FROM publication_duties
LEFT JOIN last_reports ON last_reports.duty_id = publication_duties.duty_id
LEFT JOIN duty_reports
    ON duty_reports.duty_id = last_reports.duty_id
    AND duty_reports.report_number = last_reports.report_number
ORDER BY publication_duties.duty_id
