-- The tables of municipal processes over one log (`log`, all columns text) in SQLite alone; see processes.py.
-- Times are seconds since 1970, in Tehran 12,600 later; percentiles are read from numbered rows.
CREATE TABLE spellings AS
WITH counted AS (SELECT activity AS spelling, count(*) AS n FROM log GROUP BY activity),
folded AS (
    SELECT *, replace(replace(replace(replace(lower(spelling), ' ', ''), char(8204), ''), char(1620), ''), 'أ', 'ا') AS k
    FROM counted
)
SELECT spelling, first_value(spelling) OVER (PARTITION BY k ORDER BY n DESC, spelling) AS activity FROM folded;

CREATE TABLE named AS
SELECT log.case_id, CAST(log.record_number AS integer) AS number, spellings.activity, log.office, log.role,
    log.channel_code, log.lifecycle_code, CAST(strftime('%s', log.recorded_at) AS integer) AS at
FROM log JOIN spellings ON spellings.spelling = log.activity;

CREATE TABLE kept AS
WITH copies AS (
    SELECT *, row_number() OVER (PARTITION BY case_id, activity, office, role, lifecycle_code, at ORDER BY number) AS copy
    FROM named
),
wide AS (SELECT case_id FROM named GROUP BY case_id HAVING max(at) - min(at) > 315619200),
placed AS (
    SELECT case_id, at, row_number() OVER (PARTITION BY case_id ORDER BY at) AS place, count(*) OVER (PARTITION BY case_id) AS n
    FROM named WHERE case_id IN (SELECT case_id FROM wide)
),
middles AS (
    SELECT case_id, avg(at) AS middle FROM placed WHERE place IN ((n + 1) / 2, (n + 2) / 2) GROUP BY case_id
)
SELECT copies.* FROM copies LEFT JOIN middles ON middles.case_id = copies.case_id
WHERE copy = 1 AND lifecycle_code IN ('start', 'complete') AND (middle IS NULL OR abs(at - middle) <= 315619200);

CREATE TABLE events AS
WITH neighbours AS (
    SELECT *, lag(lifecycle_code) OVER w AS before, lag(at) OVER w AS before_at, lead(lifecycle_code) OVER w AS after
    FROM kept WINDOW w AS (PARTITION BY case_id, activity ORDER BY at, number)
),
steps AS (
    SELECT *,
        CASE WHEN lifecycle_code = 'start' THEN at WHEN before = 'start' THEN before_at END AS started_at,
        CASE WHEN lifecycle_code = 'complete' THEN at END AS completed_at
    FROM neighbours WHERE lifecycle_code = 'complete' OR after IS NULL OR after = 'start'
),
clocked AS (
    SELECT *,
        (started_at + 12600) / 86400 - 2 AS sd, (started_at + 12600) % 86400 AS ss,
        (completed_at + 12600) / 86400 - 2 AS cd, (completed_at + 12600) % 86400 AS cs
    FROM steps
),
worked AS (
    SELECT *,
        (sd / 7 * 5 + min(sd % 7, 5)) * 25200 + CASE WHEN sd % 7 >= 5 THEN 0 ELSE min(max(ss - 27000, 0), 25200) END AS sw,
        (cd / 7 * 5 + min(cd % 7, 5)) * 25200 + CASE WHEN cd % 7 >= 5 THEN 0 ELSE min(max(cs - 27000, 0), 25200) END AS cw
    FROM clocked
),
ordered AS (
    SELECT *, row_number() OVER w AS event_number, lag(activity) OVER w AS pa, lag(office) OVER w AS po,
        lag(completed_at) OVER w AS pc, lag(cw) OVER w AS pw
    FROM worked
    WINDOW w AS (PARTITION BY case_id ORDER BY completed_at IS NULL, coalesce(completed_at, started_at), number)
)
SELECT case_id, event_number, activity, office, role, channel_code, started_at, completed_at,
    CASE WHEN completed_at IS NOT NULL THEN pa END AS previous_activity,
    CASE WHEN completed_at IS NOT NULL THEN po END AS previous_office,
    CASE WHEN completed_at IS NOT NULL THEN max(started_at - pc, 0) END AS waiting,
    completed_at - started_at AS work,
    completed_at - pc AS sojourn,
    CASE WHEN completed_at IS NOT NULL THEN max(sw - pw, 0) END / 25200.0 AS waiting_wd,
    (cw - sw) / 25200.0 AS work_wd,
    (cw - pw) / 25200.0 AS sojourn_wd,
    CASE WHEN started_at IS NULL THEN cw ELSE sw END AS begun_w
FROM ordered;

CREATE TABLE all_cases AS
WITH spans AS (
    SELECT case_id, min(CASE WHEN event_number = 1 THEN coalesce(started_at, completed_at) END) AS started_at,
        min(CASE WHEN event_number = 1 THEN begun_w END) AS begun_w,
        min(CASE WHEN event_number = 1 THEN office END) AS first_office,
        max(coalesce(completed_at, started_at)) AS last_at, count(completed_at) AS event_count,
        count(DISTINCT CASE WHEN completed_at IS NOT NULL THEN activity END) AS activity_count,
        count(DISTINCT office) AS office_count,
        sum(office <> previous_office AND previous_office IS NOT NULL) AS handover_count,
        sum(completed_at IS NOT NULL AND channel_code = 'electronic') AS electronic,
        sum(waiting) / 86400.0 AS waiting_days, sum(work) / 86400.0 AS work_days,
        coalesce(sum(sojourn), 0) + coalesce(sum(CASE WHEN event_number = 1 THEN work END), 0) AS duration_seconds,
        coalesce(sum(sojourn_wd), 0) + coalesce(sum(CASE WHEN event_number = 1 THEN work_wd END), 0) AS duration_wd
    FROM events GROUP BY case_id
),
lasts AS (
    SELECT case_id, activity AS last_activity, office AS last_office, completed_at IS NOT NULL AND activity = 'صدور پروانه'
        AS is_ended
    FROM (
        SELECT *, row_number() OVER (PARTITION BY case_id ORDER BY completed_at IS NULL, event_number DESC) AS place
        FROM events
    ) WHERE place = 1
),
now AS (SELECT max(last_at) AS at, (max(last_at) + 12600) / 86400 - 2 AS d, (max(last_at) + 12600) % 86400 AS s FROM spans),
now_w AS (
    SELECT ((d / 7 * 5 + min(d % 7, 5)) * 25200 + CASE WHEN d % 7 >= 5 THEN 0 ELSE min(max(s - 27000, 0), 25200) END) AS w
    FROM now
)
SELECT spans.*, lasts.last_activity, lasts.last_office, lasts.is_ended,
    CASE WHEN is_ended THEN duration_wd ELSE (now_w.w - begun_w) / 25200.0 END AS limit_age_days,
    CASE WHEN CASE WHEN is_ended THEN duration_wd ELSE (now_w.w - begun_w) / 25200.0 END > 45 THEN 1
        WHEN is_ended THEN 0 END AS is_over
FROM spans JOIN lasts ON lasts.case_id = spans.case_id CROSS JOIN now_w;

CREATE TABLE cases AS
SELECT case_id, first_office, last_activity, last_office, event_count, activity_count, office_count, handover_count,
    event_count - activity_count AS repeat_count, CASE WHEN event_count > 0 THEN duration_seconds END AS duration_seconds,
    CASE WHEN event_count > 0 THEN duration_wd END AS duration_working_days, waiting_days, limit_age_days
FROM all_cases;

CREATE TABLE p AS
WITH waiting AS (
    SELECT previous_activity AS a, activity AS b, waiting AS x,
        row_number() OVER w - 1 AS i, count(*) OVER (PARTITION BY previous_activity, activity) - 1 AS n
    FROM events WHERE previous_activity IS NOT NULL AND waiting IS NOT NULL
    WINDOW w AS (PARTITION BY previous_activity, activity ORDER BY waiting)
)
SELECT a, b,
    sum(CASE WHEN i = CAST(n * 0.5 AS int) THEN x * (1 - (n * 0.5 - i)) WHEN i = CAST(n * 0.5 AS int) + 1 THEN x * (n * 0.5 - i + 1) END) AS w50,
    sum(CASE WHEN i = CAST(n * 0.9 AS int) THEN x * (1 - (n * 0.9 - i)) WHEN i = CAST(n * 0.9 AS int) + 1 THEN x * (n * 0.9 - i + 1) END) AS w90
FROM waiting GROUP BY a, b;
CREATE TABLE pw AS
WITH waiting AS (
    SELECT previous_activity AS a, activity AS b, waiting_wd AS x,
        row_number() OVER w - 1 AS i, count(*) OVER (PARTITION BY previous_activity, activity) - 1 AS n
    FROM events WHERE previous_activity IS NOT NULL AND waiting_wd IS NOT NULL
    WINDOW w AS (PARTITION BY previous_activity, activity ORDER BY waiting_wd)
)
SELECT a, b,
    sum(CASE WHEN i = CAST(n * 0.5 AS int) THEN x * (1 - (n * 0.5 - i)) WHEN i = CAST(n * 0.5 AS int) + 1 THEN x * (n * 0.5 - i + 1) END) AS w50
FROM waiting GROUP BY a, b;
CREATE TABLE ps AS
WITH waiting AS (
    SELECT previous_activity AS a, activity AS b, sojourn AS x,
        row_number() OVER w - 1 AS i, count(*) OVER (PARTITION BY previous_activity, activity) - 1 AS n
    FROM events WHERE previous_activity IS NOT NULL
    WINDOW w AS (PARTITION BY previous_activity, activity ORDER BY sojourn)
)
SELECT a, b,
    sum(CASE WHEN i = CAST(n * 0.5 AS int) THEN x * (1 - (n * 0.5 - i)) WHEN i = CAST(n * 0.5 AS int) + 1 THEN x * (n * 0.5 - i + 1) END) AS s50,
    sum(CASE WHEN i = CAST(n * 0.9 AS int) THEN x * (1 - (n * 0.9 - i)) WHEN i = CAST(n * 0.9 AS int) + 1 THEN x * (n * 0.9 - i + 1) END) AS s90
FROM waiting GROUP BY a, b;
CREATE TABLE edges AS
SELECT previous_activity AS from_activity, activity AS to_activity, count(*) AS edge_count,
    count(DISTINCT case_id) AS case_count, p.w50 / 86400 AS median_waiting_days, avg(waiting) / 86400 AS mean_waiting_days,
    p.w90 / 86400 AS p90_waiting_days, pw.w50 AS median_waiting_working_days, ps.s50 AS median_sojourn_seconds,
    avg(sojourn) AS mean_sojourn_seconds, ps.s90 AS p90_sojourn_seconds, min(sojourn) AS min_sojourn_seconds,
    max(sojourn) AS max_sojourn_seconds
FROM events LEFT JOIN p ON p.a = previous_activity AND p.b = activity
LEFT JOIN pw ON pw.a = previous_activity AND pw.b = activity JOIN ps ON ps.a = previous_activity AND ps.b = activity
WHERE previous_activity IS NOT NULL GROUP BY 1, 2;

CREATE TABLE waits AS
SELECT activity, office, coalesce(waiting, sojourn) AS wait, coalesce(waiting_wd, sojourn_wd) AS wait_wd, work, sojourn,
    started_at IS NOT NULL AS is_started
FROM events WHERE sojourn IS NOT NULL;
CREATE TABLE bw AS
WITH r AS (
    SELECT activity AS a, office AS b, wait AS x, row_number() OVER (PARTITION BY activity, office ORDER BY wait) - 1 AS i,
        count(*) OVER (PARTITION BY activity, office) - 1 AS n FROM waits
)
SELECT a, b,
    sum(CASE WHEN i = CAST(n * 0.5 AS int) THEN x * (1 - (n * 0.5 - i)) WHEN i = CAST(n * 0.5 AS int) + 1 THEN x * (n * 0.5 - i + 1) END) AS w50,
    sum(CASE WHEN i = CAST(n * 0.9 AS int) THEN x * (1 - (n * 0.9 - i)) WHEN i = CAST(n * 0.9 AS int) + 1 THEN x * (n * 0.9 - i + 1) END) AS w90
FROM r GROUP BY a, b;
CREATE TABLE bd AS
WITH r AS (
    SELECT activity AS a, office AS b, wait_wd AS x, row_number() OVER (PARTITION BY activity, office ORDER BY wait_wd) - 1 AS i,
        count(*) OVER (PARTITION BY activity, office) - 1 AS n FROM waits
)
SELECT a, b, sum(CASE WHEN i = CAST(n * 0.5 AS int) THEN x * (1 - (n * 0.5 - i)) WHEN i = CAST(n * 0.5 AS int) + 1 THEN x * (n * 0.5 - i + 1) END) AS w50
FROM r GROUP BY a, b;
CREATE TABLE bk AS
WITH r AS (
    SELECT activity AS a, office AS b, work AS x, row_number() OVER (PARTITION BY activity, office ORDER BY work) - 1 AS i,
        count(*) OVER (PARTITION BY activity, office) - 1 AS n FROM waits WHERE work IS NOT NULL
)
SELECT a, b, sum(CASE WHEN i = CAST(n * 0.5 AS int) THEN x * (1 - (n * 0.5 - i)) WHEN i = CAST(n * 0.5 AS int) + 1 THEN x * (n * 0.5 - i + 1) END) AS w50
FROM r GROUP BY a, b;
CREATE TABLE bs AS
WITH r AS (
    SELECT activity AS a, office AS b, sojourn AS x, row_number() OVER (PARTITION BY activity, office ORDER BY sojourn) - 1 AS i,
        count(*) OVER (PARTITION BY activity, office) - 1 AS n FROM waits
)
SELECT a, b, sum(CASE WHEN i = CAST(n * 0.5 AS int) THEN x * (1 - (n * 0.5 - i)) WHEN i = CAST(n * 0.5 AS int) + 1 THEN x * (n * 0.5 - i + 1) END) AS w50
FROM r GROUP BY a, b;
CREATE TABLE st AS
WITH r AS (
    SELECT activity AS a, wait AS x, row_number() OVER (PARTITION BY activity ORDER BY wait) - 1 AS i,
        count(*) OVER (PARTITION BY activity) - 1 AS n FROM waits
)
SELECT a, sum(x) AS total, sum(CASE WHEN i = CAST(n * 0.5 AS int) THEN x * (1 - (n * 0.5 - i)) WHEN i = CAST(n * 0.5 AS int) + 1 THEN x * (n * 0.5 - i + 1) END) AS w50
FROM r GROUP BY a;
CREATE TABLE bottlenecks AS
WITH o AS (
    SELECT activity, office, count(*) AS event_count, sum(wait) AS wait, avg(is_started) AS started_share,
        avg(sojourn) AS mean_sojourn FROM waits GROUP BY activity, office
)
SELECT o.activity, o.office, row_number() OVER (ORDER BY o.wait DESC, o.activity, o.office) AS rank, event_count,
    round(o.wait / 86400.0) AS waiting_days, o.wait * 1.0 / (SELECT sum(wait) FROM waits) AS waiting_share,
    st.total * 1.0 / (SELECT sum(wait) FROM waits) AS step_waiting_share, bw.w50 / 86400 AS median_waiting_days,
    bw.w90 / 86400 AS p90_waiting_days, bd.w50 AS median_waiting_working_days, st.w50 / 86400 AS step_median_waiting_days,
    bw.w50 / st.w50 AS times_step_median, bk.w50 / 86400 AS median_work_days, started_share,
    bs.w50 AS median_sojourn_seconds, mean_sojourn AS mean_sojourn_seconds
FROM o JOIN bw ON bw.a = o.activity AND bw.b = o.office JOIN bd ON bd.a = o.activity AND bd.b = o.office
JOIN bk ON bk.a = o.activity AND bk.b = o.office JOIN bs ON bs.a = o.activity AND bs.b = o.office
JOIN st ON st.a = o.activity;

CREATE TABLE rework AS
WITH c AS (
    SELECT activity, case_id, count(*) AS n FROM events WHERE completed_at IS NOT NULL GROUP BY activity, case_id
)
SELECT activity, count(*) AS case_count, sum(n > 1) AS rework_case_count, avg(n > 1) AS rework_case_share,
    sum(n - 1) AS repeat_count, max(n) AS max_done_count FROM c GROUP BY activity;

CREATE TABLE traces AS
SELECT case_id, group_concat(activity, ' › ') AS activities, count(*) AS n
FROM (SELECT case_id, activity FROM events WHERE completed_at IS NOT NULL ORDER BY case_id, event_number)
GROUP BY case_id;
CREATE UNIQUE INDEX traces_case ON traces (case_id);
CREATE TABLE variants AS
WITH r AS (
    SELECT activities, n, is_ended, duration_seconds AS x,
        row_number() OVER (PARTITION BY activities, is_ended ORDER BY duration_seconds) - 1 AS i,
        count(*) OVER (PARTITION BY activities, is_ended) - 1 AS m
    FROM traces JOIN all_cases ON all_cases.case_id = traces.case_id
)
SELECT row_number() OVER (ORDER BY count(*) DESC, activities) AS variant_number, activities, max(n) AS event_count,
    count(*) AS case_count, count(*) * 1.0 / sum(count(*)) OVER () AS case_share, sum(is_ended) AS ended_count,
    sum(CASE WHEN NOT is_ended THEN NULL WHEN i = CAST(m * 0.5 AS int) THEN x * (1 - (m * 0.5 - i)) WHEN i = CAST(m * 0.5 AS int) + 1 THEN x * (m * 0.5 - i + 1) END) / 86400
        AS median_duration_days
FROM r GROUP BY activities;

CREATE TABLE handovers AS
WITH r AS (
    SELECT previous_office AS from_office, office AS to_office, case_id, coalesce(waiting, sojourn) AS x,
        row_number() OVER (PARTITION BY previous_office, office ORDER BY coalesce(waiting, sojourn)) - 1 AS i,
        count(*) OVER (PARTITION BY previous_office, office) - 1 AS n
    FROM events WHERE office <> previous_office
)
SELECT from_office, to_office, count(*) AS handover_count, count(DISTINCT case_id) AS case_count,
    sum(CASE WHEN i = CAST(n * 0.5 AS int) THEN x * (1 - (n * 0.5 - i)) WHEN i = CAST(n * 0.5 AS int) + 1 THEN x * (n * 0.5 - i + 1) END) / 86400 AS median_waiting_days,
    sum(CASE WHEN i = CAST(n * 0.9 AS int) THEN x * (1 - (n * 0.9 - i)) WHEN i = CAST(n * 0.9 AS int) + 1 THEN x * (n * 0.9 - i + 1) END) / 86400 AS p90_waiting_days
FROM r GROUP BY from_office, to_office;

CREATE TABLE electronic_shares AS
WITH days AS (
    SELECT (completed_at + 12600) / 86400 AS day, 1 AS e, channel_code = 'electronic' AS ee, 0 AS c, 0 AS ec
    FROM events WHERE completed_at IS NOT NULL AND channel_code <> ''
    UNION ALL
    SELECT (started_at + 12600) / 86400, 0, 0, 1, electronic = event_count FROM all_cases WHERE event_count > 0
),
years AS (SELECT *, (day + 135061) % 12053 AS r, 979 + 33 * ((day + 135061) / 12053) AS y FROM days),
fours AS (SELECT *, r % 1461 AS q, y + 4 * (r / 1461) AS z FROM years),
ones AS (
    SELECT *, CASE WHEN q < 366 THEN z ELSE z + (q - 1) / 365 END AS jy, CASE WHEN q < 366 THEN q ELSE (q - 1) % 365 END AS yd
    FROM fours
)
SELECT printf('%d-%02d', jy, CASE WHEN yd < 186 THEN 1 + yd / 31 ELSE 7 + (yd - 186) / 30 END) AS jalali_month,
    sum(e) AS event_count, sum(ee) AS electronic_event_count, sum(ee) * 1.0 / sum(e) AS electronic_event_share,
    sum(c) AS case_count, sum(ec) AS electronic_case_count
FROM ones GROUP BY 1;

CREATE TABLE legal_limits AS
WITH r AS (
    SELECT first_office, is_over, is_ended, limit_age_days - 45 AS x,
        row_number() OVER (PARTITION BY first_office, is_over ORDER BY limit_age_days) - 1 AS i,
        count(*) OVER (PARTITION BY first_office, is_over) - 1 AS n
    FROM all_cases WHERE is_over IS NOT NULL
)
SELECT first_office AS office, count(*) AS case_count, sum(is_over) AS over_count, avg(is_over) AS over_share,
    sum(is_over AND NOT is_ended) AS open_over_count,
    sum(CASE WHEN NOT is_over THEN NULL WHEN i = CAST(n * 0.5 AS int) THEN x * (1 - (n * 0.5 - i)) WHEN i = CAST(n * 0.5 AS int) + 1 THEN x * (n * 0.5 - i + 1) END)
        AS median_over_days
FROM r GROUP BY first_office;
