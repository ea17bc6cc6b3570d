-- What became of each request, and when: the base of the other derived tables. GeoReport v2 has no time of closing.
-- Where the history of changes ends with closing, that moment is it; where there is no such history, the last change of
-- a closed request stands for it, and closed_source_code says so. "Now" is the newest moment in the data, so that the
-- same data always gives the same table. Days are of 24 hours, by the calendar, weekends too.
WITH moments AS (
    SELECT max(moment) AS newest_at
    FROM (SELECT updated_at AS moment FROM service_requests UNION ALL SELECT changed_at FROM status_changes) AS found
),
ordered AS (
    SELECT
        service_request_id,
        status_code,
        changed_at,
        row_number() OVER (PARTITION BY service_request_id ORDER BY change_number DESC) AS from_last
    FROM status_changes
),
histories AS (
    SELECT
        service_request_id,
        max(CASE WHEN from_last = 1 AND status_code = 'closed' THEN changed_at END) AS closed_at,
        min(CASE WHEN status_code IN ('in_progress', 'closed') THEN changed_at END) AS begun_at,
        sum(CASE WHEN status_code = 'closed' THEN 1 ELSE 0 END) AS closing_count,
        sum(CASE WHEN status_code = 'reopened' THEN 1 ELSE 0 END) AS reopened_count
    FROM ordered
    GROUP BY service_request_id
),
requests AS (
    SELECT
        requests.*,
        newest_at,
        begun_at,
        requests.status_code = 'open' AS is_open,
        closing_count,
        reopened_count,
        CASE
            WHEN requests.status_code = 'closed' AND histories.closed_at IS NOT NULL THEN 'status_changes'
            WHEN requests.status_code = 'closed' THEN 'updated_at'
        END AS closed_source_code,
        CASE WHEN requests.status_code = 'closed' THEN coalesce(histories.closed_at, updated_at) END AS closed_at
    FROM service_requests AS requests
    LEFT JOIN histories ON histories.service_request_id = requests.service_request_id
    CROSS JOIN moments
)
SELECT
    service_request_id,
    district_id,
    service_code,
    jalali_month,
    is_open,
    round(extract(EPOCH FROM (begun_at - requested_at)) / 86400.0, 3) AS begin_days,
    closed_at,
    closed_source_code,
    round(extract(EPOCH FROM (closed_at - requested_at)) / 86400.0, 3) AS close_days,
    CASE WHEN is_open THEN round(extract(EPOCH FROM (newest_at - requested_at)) / 86400.0, 3) END AS open_days,
    closing_count,
    reopened_count
FROM requests
ORDER BY service_request_id
