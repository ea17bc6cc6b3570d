-- Of the projects that an announcement stated, how many a source names. No number stated, none missing.
SELECT
    announcements.announcement_id,
    announcements.title_fa,
    announcements.title_en,
    announcements.announced_count,
    count(announced_projects.project_id) AS identified_count,
    announcements.announced_count - count(announced_projects.project_id) AS unidentified_count
FROM announcements
LEFT JOIN announced_projects ON announced_projects.announcement_id = announcements.announcement_id
GROUP BY
    announcements.announcement_id,
    announcements.title_fa,
    announcements.title_en,
    announcements.announced_count
ORDER BY announcements.announcement_id
