-- How far the second-lowest valid bid is from the winning one: (second - winning) / winning. After Cardinal, R024 and R058
-- (https://cardinal.readthedocs.io/en/latest/cli/indicators/R/024.html). Only processes in which every award is final, one
-- award is active, it has one supplier, and the winner's bid is the lowest; only valid bids of one bidder in the main
-- currency. Of several bids of the winner, or at one price, the lowest and then the first counts.
WITH excluded AS (
    SELECT applies_to AS method_details FROM flag_settings WHERE setting_code IN ('exclude_method', 'no_price_comparison')
),
compared AS (
    SELECT ocid
    FROM contracting_processes
    WHERE coalesce(status_code, '') <> 'cancelled'
        AND coalesce(method_details, '') NOT IN (SELECT method_details FROM excluded)
),
winners AS (
    SELECT
        ocid,
        max(CASE WHEN status_code = 'active' AND supplier_count = 1 THEN supplier_id END) AS winner_id
    FROM awards
    GROUP BY ocid
    HAVING sum(CASE WHEN status_code = 'active' THEN 1 ELSE 0 END) = 1
        AND sum(CASE WHEN status_code NOT IN ('active', 'cancelled', 'unsuccessful') THEN 1 ELSE 0 END) = 0
),
offers AS (
    SELECT
        bids.ocid,
        winners.winner_id,
        bid_tenderers.tenderer_id,
        bids.amount,
        row_number() OVER (
            PARTITION BY bids.ocid, bid_tenderers.tenderer_id = winners.winner_id ORDER BY bids.amount, bids.bid_number
        ) AS place
    FROM bids
    INNER JOIN bid_tenderers ON bid_tenderers.ocid = bids.ocid AND bid_tenderers.bid_id = bids.bid_id
    INNER JOIN winners ON winners.ocid = bids.ocid
    INNER JOIN compared ON compared.ocid = bids.ocid
    WHERE bids.status_code = 'valid'
        AND bids.tenderer_count = 1
        AND bids.amount IS NOT NULL
        AND bids.currency_code IN (SELECT applies_to FROM flag_settings WHERE setting_code = 'main_currency')
        AND winners.winner_id IS NOT NULL
)
SELECT
    won.ocid,
    won.winner_id,
    won.amount AS winning_amount,
    lost.tenderer_id AS second_id,
    lost.amount AS second_amount,
    round((lost.amount - won.amount) / won.amount, 6) AS difference_ratio
FROM offers AS won
INNER JOIN offers AS lost ON lost.ocid = won.ocid AND lost.place = 1 AND lost.tenderer_id <> lost.winner_id
WHERE won.place = 1 AND won.tenderer_id = won.winner_id AND lost.amount >= won.amount AND won.amount > 0
ORDER BY won.ocid
