-- Every criterion of `api_criteria` for every API, each in a row of its own, with what the register says on it. What the
-- register does not say is not met and not known: `is_known` parts it from a no.
WITH facts AS (
    SELECT
        api_id, 'open_licence' AS criterion_code,
        licence_code IN ('CC0-1.0', 'CC-BY-4.0', 'CC-BY-SA-4.0', 'ODbL-1.0', 'ODC-BY-1.0', 'PDDL-1.0') AS is_met,
        'licence_code = ' || licence_code AS evidence
    FROM open_apis
    UNION ALL
    SELECT
        api_id, 'no_approval', NOT is_approval_needed,
        'is_approval_needed = ' || CASE WHEN is_approval_needed THEN 'true' WHEN NOT is_approval_needed THEN 'false' END
    FROM open_apis
    UNION ALL
    SELECT
        api_id, 'no_key', NOT is_key_needed,
        'is_key_needed = ' || CASE WHEN is_key_needed THEN 'true' WHEN NOT is_key_needed THEN 'false' END
    FROM open_apis
    UNION ALL
    SELECT
        api_id, 'documented', is_documented,
        'is_documented = ' || CASE WHEN is_documented THEN 'true' WHEN NOT is_documented THEN 'false' END
    FROM open_apis
    UNION ALL
    SELECT
        api_id, 'machine_readable', format_code IN ('json', 'geojson', 'xml', 'csv'), 'format_code = ' || format_code
    FROM open_apis
    UNION ALL
    SELECT api_id, 'standard', standard_code <> 'none', 'standard_code = ' || standard_code
    FROM open_apis
    UNION ALL
    SELECT api_id, 'versioned', version IS NOT NULL, 'version = ' || version
    FROM open_apis
    UNION ALL
    SELECT
        api_id, 'cors', has_cors,
        'has_cors = ' || CASE WHEN has_cors THEN 'true' WHEN NOT has_cors THEN 'false' END
    FROM open_apis
    UNION ALL
    SELECT
        api_id, 'rate_limit_stated', rate_limit_per_minute IS NOT NULL,
        'rate_limit_per_minute = ' || CAST(rate_limit_per_minute AS varchar)
    FROM open_apis
    UNION ALL
    SELECT
        api_id, 'uptime_measured',
        uptime_method_code = 'external_probe' AND uptime_days >= 30 AND uptime_share >= 0.99,
        'uptime_method_code = ' || uptime_method_code || '; uptime_days = ' || CAST(uptime_days AS varchar)
        || '; uptime_share = ' || CAST(uptime_share AS varchar)
    FROM open_apis
)
SELECT
    f.api_id,
    f.criterion_code,
    coalesce(f.is_met, FALSE) AS is_met,
    f.evidence IS NOT NULL AS is_known,
    c.weight,
    f.evidence
FROM facts AS f
INNER JOIN api_criteria AS c ON c.criterion_code = f.criterion_code
ORDER BY f.api_id, f.criterion_code
