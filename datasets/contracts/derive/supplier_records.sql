-- What each bidder or supplier did, over all processes that were not cancelled: the counts behind R025, R038 and R048 of
-- Cardinal (https://cardinal.readthedocs.io/en/latest/cli/indicators/). A bidder counts once in a process where it made a
-- valid bid alone, and only where every award is final and one award with one supplier is active. A bid is submitted
-- unless it was only invited or withdrawn. Variety is the number of different beginnings of item codes (UNSPSC segments).
WITH counted AS (
    SELECT ocid
    FROM contracting_processes
    WHERE coalesce(status_code, '') <> 'cancelled'
        AND coalesce(method_details, '') NOT IN (
            SELECT applies_to FROM flag_settings WHERE setting_code = 'exclude_method'
        )
),
winners AS (
    SELECT
        awards.ocid,
        max(CASE WHEN status_code = 'active' AND supplier_count = 1 THEN supplier_id END) AS winner_id
    FROM awards
    INNER JOIN counted ON counted.ocid = awards.ocid
    GROUP BY awards.ocid
    HAVING sum(CASE WHEN status_code = 'active' THEN 1 ELSE 0 END) = 1
        AND sum(CASE WHEN status_code NOT IN ('active', 'cancelled', 'unsuccessful') THEN 1 ELSE 0 END) = 0
),
tried AS (
    SELECT DISTINCT bids.ocid, bid_tenderers.tenderer_id, winners.winner_id
    FROM bids
    INNER JOIN bid_tenderers ON bid_tenderers.ocid = bids.ocid AND bid_tenderers.bid_id = bids.bid_id
    INNER JOIN winners ON winners.ocid = bids.ocid
    WHERE bids.status_code = 'valid' AND bids.tenderer_count = 1 AND winners.winner_id IS NOT NULL
),
wins AS (
    SELECT
        tenderer_id AS supplier_id,
        count(*) AS valid_process_count,
        sum(CASE WHEN tenderer_id = winner_id THEN 1 ELSE 0 END) AS won_process_count
    FROM tried
    GROUP BY tenderer_id
),
offers AS (
    SELECT
        bid_tenderers.tenderer_id AS supplier_id,
        count(*) AS submitted_bid_count,
        sum(CASE WHEN bids.status_code = 'disqualified' THEN 1 ELSE 0 END) AS disqualified_bid_count
    FROM bids
    INNER JOIN bid_tenderers ON bid_tenderers.ocid = bids.ocid AND bid_tenderers.bid_id = bids.bid_id
    INNER JOIN counted ON counted.ocid = bids.ocid
    WHERE bids.status_code NOT IN ('invited', 'withdrawn')
    GROUP BY bid_tenderers.tenderer_id
),
gains AS (
    SELECT
        awards.supplier_id,
        count(DISTINCT awards.ocid) AS awarded_process_count,
        sum(awards.amount_irr) AS awarded_irr
    FROM awards
    INNER JOIN counted ON counted.ocid = awards.ocid
    WHERE awards.status_code = 'active' AND awards.supplier_count = 1
    GROUP BY awards.supplier_id
),
things AS (
    SELECT
        awards.supplier_id,
        count(DISTINCT awards.ocid) AS classified_process_count,
        count(DISTINCT substr(award_items.classification_id, 1, CAST(settings.value AS INTEGER))) AS variety_count
    FROM awards
    INNER JOIN award_items ON award_items.ocid = awards.ocid AND award_items.award_id = awards.award_id
    INNER JOIN counted ON counted.ocid = awards.ocid
    CROSS JOIN (SELECT value FROM flag_settings WHERE flag_code = 'R048' AND setting_code = 'digits') AS settings
    WHERE awards.status_code = 'active' AND awards.supplier_count = 1 AND award_items.classification_id IS NOT NULL
    GROUP BY awards.supplier_id
)
SELECT
    suppliers.supplier_id,
    suppliers.supplier_name,
    suppliers.kind_code,
    coalesce(wins.valid_process_count, 0) AS valid_process_count,
    coalesce(wins.won_process_count, 0) AS won_process_count,
    round(CAST(wins.won_process_count AS DOUBLE) / wins.valid_process_count, 6) AS win_share,
    coalesce(offers.submitted_bid_count, 0) AS submitted_bid_count,
    coalesce(offers.disqualified_bid_count, 0) AS disqualified_bid_count,
    round(CAST(offers.disqualified_bid_count AS DOUBLE) / offers.submitted_bid_count, 6) AS disqualified_share,
    coalesce(gains.awarded_process_count, 0) AS awarded_process_count,
    CAST(gains.awarded_irr AS BIGINT) AS awarded_irr,
    coalesce(things.classified_process_count, 0) AS classified_process_count,
    coalesce(things.variety_count, 0) AS variety_count
FROM suppliers
LEFT JOIN wins ON wins.supplier_id = suppliers.supplier_id
LEFT JOIN offers ON offers.supplier_id = suppliers.supplier_id
LEFT JOIN gains ON gains.supplier_id = suppliers.supplier_id
LEFT JOIN things ON things.supplier_id = suppliers.supplier_id
ORDER BY suppliers.supplier_id
