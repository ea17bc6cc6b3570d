-- Every name that a log gives to an activity, and the one under which it is counted here. Two names are one activity if
-- they differ in spaces, half-spaces, capitals or the forms of the same letter alone; the commonest spelling stands for
-- all, of two equally common the first in the order of text.
WITH recorded AS (
    SELECT 'building_permit' AS municipal_process_id, activity FROM permit_log_events
    UNION ALL
    SELECT 'business_licence' AS municipal_process_id, activity FROM licence_log_events
    UNION ALL
    SELECT 'contract_payment' AS municipal_process_id, activity FROM payment_log_events
),
spellings AS (
    SELECT municipal_process_id, activity AS spelling, count(*) AS record_count
    FROM recorded
    GROUP BY municipal_process_id, activity
),
folded AS (
    SELECT
        municipal_process_id,
        spelling,
        record_count,
        -- chr(8204) is the half-space, chr(1620) the hamza above; what has no partner in the second list is dropped
        translate(lower(spelling), 'أإآؤئۀةيك ' || chr(8204) || chr(1620), 'اااویههیک') AS letters
    FROM spellings
)
SELECT
    municipal_process_id,
    spelling,
    first_value(spelling) OVER (
        PARTITION BY municipal_process_id, letters ORDER BY record_count DESC, spelling
    ) AS activity,
    record_count
FROM folded
ORDER BY municipal_process_id, spelling
