-- How many programs of other people call each API, and of how many the name is published. An API that nobody calls has
-- a row too.
SELECT
    a.api_id,
    a.owner_code,
    coalesce(sum(c.client_count), 0) AS client_count,
    coalesce(sum(CASE WHEN c.client_name IS NOT NULL THEN c.client_count ELSE 0 END), 0) AS named_client_count,
    coalesce(sum(CASE WHEN c.client_name IS NULL THEN c.client_count ELSE 0 END), 0) AS unnamed_client_count
FROM open_apis AS a
LEFT JOIN api_clients AS c ON c.api_id = a.api_id
GROUP BY a.api_id, a.owner_code
ORDER BY a.api_id
