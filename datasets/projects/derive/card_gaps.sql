-- What ID cards lack, by pillar. «every project has a custodian, a goal and an ID card»: so the news of 1399/12/02 had it.
-- `any` counts cards that lack one of the others at least, and is not their sum.
WITH cards AS (
    SELECT
        projects.project_id,
        coalesce(projects.pillar_code, 'unstated') AS pillar_code,
        projects.custodian_name IS NULL AS no_custodian,
        projects.goal IS NULL AS no_goal,
        projects.pillar_code IS NULL AS no_pillar,
        projects.technologies IS NULL AS no_technologies,
        projects.budget_irr IS NULL AS no_budget,
        projects.start_date IS NULL AS no_start,
        promise_count = 0 AS no_promise
    FROM projects
    JOIN project_slips ON project_slips.project_id = projects.project_id
),
gaps AS (
    SELECT pillar_code, 'custodian' AS gap_code, no_custodian AS is_missing FROM cards
    UNION ALL SELECT pillar_code, 'goal', no_goal FROM cards
    UNION ALL SELECT pillar_code, 'pillar', no_pillar FROM cards
    UNION ALL SELECT pillar_code, 'technologies', no_technologies FROM cards
    UNION ALL SELECT pillar_code, 'budget', no_budget FROM cards
    UNION ALL SELECT pillar_code, 'start', no_start FROM cards
    UNION ALL SELECT pillar_code, 'promise', no_promise FROM cards
    UNION ALL
    SELECT
        pillar_code,
        'any',
        no_custodian OR no_goal OR no_pillar OR no_technologies OR no_budget OR no_start OR no_promise
    FROM cards
)
SELECT
    pillar_code,
    gap_code,
    count(*) AS project_count,
    sum(CASE WHEN is_missing THEN 1 ELSE 0 END) AS missing_count,
    round(sum(CASE WHEN is_missing THEN 1.0 ELSE 0.0 END) / count(*), 4) AS missing_share
FROM gaps
GROUP BY pillar_code, gap_code
ORDER BY pillar_code, gap_code
