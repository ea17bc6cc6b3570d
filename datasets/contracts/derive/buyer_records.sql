-- What each office did as a buyer, and as the one that ran the tender (procuring entity), over all processes that were not
-- cancelled: the counts behind Cardinal's R038 (https://cardinal.readthedocs.io/en/latest/cli/indicators/R/038.html) and
-- S04. A bid is submitted unless it was only invited or withdrawn. Of suppliers with as many awards the first by
-- identifier is named.
WITH roles AS (
    SELECT 'buyer' AS role_code, buyer_id, ocid, status_code, method_details FROM contracting_processes
    UNION ALL
    SELECT 'procuring_entity', procuring_entity_id, ocid, status_code, method_details FROM contracting_processes
),
counted AS (
    SELECT role_code, buyer_id, ocid
    FROM roles
    WHERE buyer_id IS NOT NULL
        AND coalesce(status_code, '') <> 'cancelled'
        AND coalesce(method_details, '') NOT IN (
            SELECT applies_to FROM flag_settings WHERE setting_code = 'exclude_method'
        )
),
processes AS (
    SELECT role_code, buyer_id, count(*) AS process_count FROM counted GROUP BY role_code, buyer_id
),
offers AS (
    SELECT
        counted.role_code,
        counted.buyer_id,
        count(*) AS submitted_bid_count,
        sum(CASE WHEN bids.status_code = 'disqualified' THEN 1 ELSE 0 END) AS disqualified_bid_count
    FROM counted
    INNER JOIN bids ON bids.ocid = counted.ocid
    WHERE bids.status_code NOT IN ('invited', 'withdrawn')
    GROUP BY counted.role_code, counted.buyer_id
),
shares AS (
    SELECT
        counted.role_code,
        counted.buyer_id,
        awards.supplier_id,
        count(*) AS award_count,
        sum(awards.amount_irr) AS awarded_irr,
        row_number() OVER (
            PARTITION BY counted.role_code, counted.buyer_id ORDER BY count(*) DESC, awards.supplier_id
        ) AS place
    FROM counted
    INNER JOIN awards ON awards.ocid = counted.ocid
    WHERE awards.status_code = 'active' AND awards.supplier_count = 1
    GROUP BY counted.role_code, counted.buyer_id, awards.supplier_id
),
given AS (
    SELECT
        role_code,
        buyer_id,
        CAST(sum(award_count) AS BIGINT) AS award_count,
        CAST(sum(awarded_irr) AS BIGINT) AS awarded_irr,
        count(*) AS supplier_count,
        max(CASE WHEN place = 1 THEN supplier_id END) AS top_supplier_id,
        max(CASE WHEN place = 1 THEN award_count END) AS top_award_count
    FROM shares
    GROUP BY role_code, buyer_id
)
SELECT
    processes.buyer_id,
    processes.role_code,
    buyers.buyer_name,
    processes.process_count,
    coalesce(offers.submitted_bid_count, 0) AS submitted_bid_count,
    coalesce(offers.disqualified_bid_count, 0) AS disqualified_bid_count,
    round(CAST(offers.disqualified_bid_count AS DOUBLE) / offers.submitted_bid_count, 6) AS disqualified_share,
    coalesce(given.award_count, 0) AS award_count,
    given.awarded_irr,
    coalesce(given.supplier_count, 0) AS supplier_count,
    given.top_supplier_id,
    round(CAST(given.top_award_count AS DOUBLE) / given.award_count, 6) AS top_supplier_share
FROM processes
LEFT JOIN buyers ON buyers.buyer_id = processes.buyer_id
LEFT JOIN offers ON offers.role_code = processes.role_code AND offers.buyer_id = processes.buyer_id
LEFT JOIN given ON given.role_code = processes.role_code AND given.buyer_id = processes.buyer_id
ORDER BY processes.buyer_id, processes.role_code
