-- Red flags by the published definitions of Cardinal (R codes, https://cardinal.readthedocs.io/en/latest/cli/indicators/)
-- and five of this site's own (S codes); each is written out in flag_definitions, its numbers in flag_settings, its fences
-- in flag_fences. A flag is a question, not a verdict. Processes that were cancelled are never flagged. Cardinal compares
-- the texts of two dates for R030; here the moments are compared, which differs only where offsets from UTC differ.
WITH excluded AS (
    SELECT applies_to AS method_details FROM flag_settings WHERE setting_code = 'exclude_method'
),
counted AS (
    SELECT *
    FROM contracting_processes
    WHERE coalesce(status_code, '') <> 'cancelled'
        AND coalesce(method_details, '') NOT IN (SELECT method_details FROM excluded)
),
priced AS (
    SELECT ocid
    FROM counted
    WHERE coalesce(method_details, '') NOT IN (
        SELECT applies_to FROM flag_settings WHERE setting_code = 'no_price_comparison'
    )
),
won AS (
    SELECT DISTINCT awards.ocid, award_suppliers.supplier_id
    FROM awards
    INNER JOIN award_suppliers ON award_suppliers.ocid = awards.ocid AND award_suppliers.award_id = awards.award_id
    WHERE awards.status_code = 'active'
),
offers AS (
    SELECT bids.*, bid_tenderers.tenderer_id
    FROM bids
    INNER JOIN bid_tenderers ON bid_tenderers.ocid = bids.ocid AND bid_tenderers.bid_id = bids.bid_id
    INNER JOIN counted ON counted.ocid = bids.ocid
),
short_period AS (  -- R003: whole days from the start to the end of the submission period
    SELECT ocid, trunc(epoch(closed_at - opened_at) / 86400.0) AS whole_days
    FROM counted
    WHERE opened_at IS NOT NULL
        AND closed_at IS NOT NULL
        AND (
            method_code IN (SELECT applies_to FROM flag_settings WHERE flag_code = 'R003' AND setting_code = 'method')
            OR NOT EXISTS (SELECT 1 FROM flag_settings WHERE flag_code = 'R003' AND setting_code = 'method')
        )
),
shortest AS (
    SELECT short_period.ocid, whole_days, coalesce(own.value, every.value) AS shortest_days
    FROM short_period
    INNER JOIN counted ON counted.ocid = short_period.ocid
    INNER JOIN flag_settings AS every
        ON every.flag_code = 'R003' AND every.setting_code = 'shortest_days' AND every.applies_to = '*'
    LEFT JOIN flag_settings AS own
        ON own.flag_code = 'R003' AND own.setting_code = 'shortest_days' AND own.applies_to = counted.method_details
),
bidders AS (  -- R028: the bidders of each submitted bid as one text, to tell whether two bids are of the same bidders
    SELECT ocid, bid_id, amount, currency_code, string_agg(tenderer_id, ' ' ORDER BY tenderer_id) AS tenderer_ids
    FROM offers
    WHERE status_code NOT IN ('invited', 'withdrawn') AND amount IS NOT NULL AND currency_code IS NOT NULL
    GROUP BY ocid, bid_id, amount, currency_code
),
same_price AS (
    SELECT bidders.ocid, amount, currency_code
    FROM bidders
    INNER JOIN priced ON priced.ocid = bidders.ocid
    GROUP BY bidders.ocid, amount, currency_code
    HAVING count(DISTINCT tenderer_ids) > 1
),
same_bidders AS (
    SELECT DISTINCT offers.ocid, offers.tenderer_id
    FROM offers
    INNER JOIN same_price
        ON same_price.ocid = offers.ocid AND same_price.amount = offers.amount
        AND same_price.currency_code = offers.currency_code
    WHERE offers.status_code NOT IN ('invited', 'withdrawn')
),
late AS (  -- R030
    SELECT DISTINCT offers.ocid, offers.tenderer_id
    FROM offers
    INNER JOIN counted ON counted.ocid = offers.ocid
    INNER JOIN won ON won.ocid = offers.ocid AND won.supplier_id = offers.tenderer_id
    WHERE offers.status_code = 'valid' AND offers.submitted_at > counted.closed_at
),
final AS (
    SELECT ocid
    FROM awards
    GROUP BY ocid
    HAVING sum(CASE WHEN status_code NOT IN ('active', 'cancelled', 'unsuccessful') THEN 1 ELSE 0 END) = 0
),
valid AS (SELECT DISTINCT ocid, tenderer_id FROM offers WHERE status_code = 'valid'),
refused AS (SELECT DISTINCT ocid, tenderer_id FROM offers WHERE status_code = 'disqualified'),
only_valid AS (
    SELECT ocid, max(tenderer_id) AS tenderer_id FROM valid GROUP BY ocid HAVING count(*) = 1
),
only_won AS (SELECT ocid, max(supplier_id) AS supplier_id FROM won GROUP BY ocid HAVING count(*) = 1),
others_refused AS (  -- R035
    SELECT only_valid.ocid, only_valid.tenderer_id, count(*) AS refused_count
    FROM only_valid
    INNER JOIN only_won ON only_won.ocid = only_valid.ocid AND only_won.supplier_id = only_valid.tenderer_id
    INNER JOIN final ON final.ocid = only_valid.ocid
    INNER JOIN refused ON refused.ocid = only_valid.ocid AND refused.tenderer_id <> only_valid.tenderer_id
    GROUP BY only_valid.ocid, only_valid.tenderer_id
),
prices AS (  -- R036: submitted bids in the main currency from the lowest on, the first of equal ones first
    SELECT
        bids.ocid,
        bids.status_code,
        row_number() OVER (PARTITION BY bids.ocid ORDER BY amount, bid_number) AS place,
        sum(CASE WHEN bids.status_code = 'valid' THEN 1 ELSE 0 END) OVER (PARTITION BY bids.ocid) AS valid_count
    FROM bids
    INNER JOIN priced ON priced.ocid = bids.ocid
    WHERE bids.status_code NOT IN ('invited', 'withdrawn')
        AND amount IS NOT NULL
        AND currency_code IN (SELECT applies_to FROM flag_settings WHERE setting_code = 'main_currency')
),
small AS (  -- S01: awards below the threshold, dated in units of the window
    SELECT
        awards.ocid,
        counted.buyer_id,
        awards.supplier_id,
        awards.amount_irr,
        threshold.value AS threshold_irr,
        epoch(awards.awarded_at) / (window_days.value * 86400) AS moment
    FROM awards
    INNER JOIN counted ON counted.ocid = awards.ocid
    INNER JOIN flag_settings AS threshold
        ON threshold.flag_code = 'S01' AND threshold.setting_code = 'tender_threshold_irr'
    INNER JOIN flag_settings AS window_days
        ON window_days.flag_code = 'S01' AND window_days.setting_code = 'window_days'
    WHERE awards.status_code = 'active'
        AND awards.supplier_id IS NOT NULL
        AND awards.awarded_at IS NOT NULL
        AND awards.amount_irr < threshold.value
),
together AS (  -- how many and how much from an award on, to one supplier by one buyer
    SELECT
        *,
        count(*) OVER following AS award_count,
        sum(amount_irr) OVER following AS together_irr
    FROM small
    WINDOW following AS (
        PARTITION BY buyer_id, supplier_id ORDER BY moment RANGE BETWEEN CURRENT ROW AND 1 FOLLOWING
    )
),
pieces AS (  -- the largest window of such awards that an award is in
    SELECT
        together.ocid,
        max(CASE WHEN award_count >= settings.value AND together_irr >= threshold_irr THEN award_count END) OVER (
            PARTITION BY buyer_id, supplier_id ORDER BY moment RANGE BETWEEN 1 PRECEDING AND CURRENT ROW
        ) AS award_count
    FROM together
    INNER JOIN flag_settings AS settings
        ON settings.flag_code = 'S01' AND settings.setting_code = 'minimum_awards'
),
split AS (
    SELECT ocid, max(award_count) AS award_count FROM pieces WHERE award_count IS NOT NULL GROUP BY ocid
),
below AS (  -- S02
    SELECT awards.ocid, max(awards.amount_irr / threshold.value) AS threshold_share
    FROM awards
    INNER JOIN counted ON counted.ocid = awards.ocid
    INNER JOIN flag_settings AS threshold
        ON threshold.flag_code = 'S02' AND threshold.setting_code = 'tender_threshold_irr'
    INNER JOIN flag_settings AS near_share
        ON near_share.flag_code = 'S02' AND near_share.setting_code = 'near_share'
    WHERE awards.status_code = 'active'
        AND counted.method_code IN ('direct', 'limited')
        AND awards.amount_irr >= near_share.value * threshold.value
        AND awards.amount_irr < threshold.value
    GROUP BY awards.ocid
),
raised AS (  -- S03: from the amount signed to the highest that an amendment soon after signing set
    SELECT
        contracts.ocid,
        max(CAST(amendments.amount_after_irr AS DOUBLE) / contracts.signed_amount_irr - 1) AS increase_share
    FROM contracts
    INNER JOIN counted ON counted.ocid = contracts.ocid
    INNER JOIN amendments
        ON amendments.ocid = contracts.ocid AND amendments.contract_id = contracts.contract_id
    INNER JOIN flag_settings AS window_days
        ON window_days.flag_code = 'S03' AND window_days.setting_code = 'window_days'
    WHERE contracts.signed_amount_irr > 0
        AND epoch(amendments.amended_at - contracts.signed_at) <= window_days.value * 86400
    GROUP BY contracts.ocid
),
gaps AS (  -- S05: a losing valid bid as a multiple of the winning one, to five decimals
    SELECT
        offers.ocid,
        price_differences.winner_id,
        offers.tenderer_id,
        round(offers.amount / price_differences.winning_amount, 5) AS factor
    FROM offers
    INNER JOIN price_differences ON price_differences.ocid = offers.ocid
    WHERE offers.status_code = 'valid'
        AND offers.tenderer_count = 1
        AND offers.tenderer_id <> price_differences.winner_id
),
same_gap AS (
    SELECT winner_id, tenderer_id, factor
    FROM gaps
    INNER JOIN flag_settings ON flag_code = 'S05' AND setting_code = 'minimum_processes'
    GROUP BY winner_id, tenderer_id, factor
    HAVING count(DISTINCT ocid) >= max(flag_settings.value)
),
found AS (
    SELECT 'R003' AS flag_code, 'process' AS subject_code, ocid AS subject_id, 1.0 AS value, shortest_days AS threshold
    FROM shortest WHERE whole_days < shortest_days
    UNION ALL
    SELECT 'R018', 'process', counted.ocid, 1.0, 1.0
    FROM counted
    INNER JOIN flag_settings ON flag_code = 'R018' AND setting_code = 'method' AND applies_to = counted.method_code
    WHERE tenderer_count = 1
    UNION ALL
    SELECT 'R024', 'process', ocid, (second_amount - winning_amount) / winning_amount, fence
    FROM price_differences INNER JOIN flag_fences ON flag_code = 'R024' AND is_used
    WHERE (second_amount - winning_amount) / winning_amount <= fence
    UNION ALL
    SELECT 'R024', 'supplier', winner_id, 0.0, fence
    FROM price_differences INNER JOIN flag_fences ON flag_code = 'R024' AND is_used
    WHERE (second_amount - winning_amount) / winning_amount <= fence
    UNION ALL
    SELECT 'R024', 'supplier', second_id, 0.0, fence
    FROM price_differences INNER JOIN flag_fences ON flag_code = 'R024' AND is_used
    WHERE (second_amount - winning_amount) / winning_amount <= fence
    UNION ALL
    SELECT 'R025', 'supplier', supplier_id, CAST(won_process_count AS DOUBLE) / valid_process_count, shares.fence
    FROM supplier_records
    INNER JOIN flag_fences AS shares ON shares.flag_code = 'R025' AND shares.measure_code = 'win_share' AND shares.is_used
    INNER JOIN flag_fences AS counts ON counts.flag_code = 'R025' AND counts.measure_code = 'valid_processes'
    WHERE valid_process_count > 0
        AND valid_process_count >= counts.fence
        AND CAST(won_process_count AS DOUBLE) / valid_process_count <= shares.fence
    UNION ALL
    SELECT 'R028', 'process', ocid, 1.0, NULL FROM same_price
    UNION ALL
    SELECT 'R028', 'supplier', tenderer_id, 1.0, NULL FROM same_bidders
    UNION ALL
    SELECT 'R030', 'process', ocid, 1.0, NULL FROM late
    UNION ALL
    SELECT 'R030', 'supplier', tenderer_id, 1.0, NULL FROM late
    UNION ALL
    SELECT 'R035', 'process', ocid, CAST(refused_count AS DOUBLE), settings.value
    FROM others_refused
    INNER JOIN flag_settings AS settings
        ON settings.flag_code = 'R035' AND setting_code = 'minimum_disqualified' AND refused_count >= settings.value
    UNION ALL
    SELECT 'R035', 'supplier', tenderer_id, 0.0, settings.value
    FROM others_refused
    INNER JOIN flag_settings AS settings
        ON settings.flag_code = 'R035' AND setting_code = 'minimum_disqualified' AND refused_count >= settings.value
    UNION ALL
    SELECT 'R036', 'process', ocid, 1.0, NULL
    FROM prices
    WHERE place = 1
        AND status_code = 'disqualified'
        AND valid_count > 0
        AND ocid IN (SELECT ocid FROM awards WHERE status_code = 'active')
    UNION ALL
    SELECT 'R038', 'supplier', supplier_id, CAST(disqualified_bid_count AS DOUBLE) / submitted_bid_count, fence
    FROM supplier_records
    INNER JOIN flag_settings ON setting_code = 'minimum_bids' AND applies_to = 'supplier'
    INNER JOIN flag_fences ON flag_fences.flag_code = 'R038' AND subject_code = 'supplier' AND is_used
    WHERE submitted_bid_count > 0
        AND submitted_bid_count >= flag_settings.value
        AND CAST(disqualified_bid_count AS DOUBLE) / submitted_bid_count >= fence
    UNION ALL
    SELECT 'R038', role_code, buyer_id, CAST(disqualified_bid_count AS DOUBLE) / submitted_bid_count, fence
    FROM buyer_records
    INNER JOIN flag_settings ON setting_code = 'minimum_bids' AND applies_to = role_code
    INNER JOIN flag_fences ON flag_fences.flag_code = 'R038' AND subject_code = role_code AND is_used
    WHERE submitted_bid_count > 0
        AND submitted_bid_count >= flag_settings.value
        AND CAST(disqualified_bid_count AS DOUBLE) / submitted_bid_count >= fence
    UNION ALL
    SELECT 'R048', 'supplier', supplier_id, CAST(variety_count AS DOUBLE), fence
    FROM supplier_records
    INNER JOIN flag_settings ON flag_settings.flag_code = 'R048' AND setting_code = 'minimum_processes'
    INNER JOIN flag_fences ON flag_fences.flag_code = 'R048'
    WHERE classified_process_count > 0
        AND classified_process_count >= flag_settings.value
        AND variety_count >= fence
    UNION ALL
    SELECT 'R058', 'process', ocid, (second_amount - winning_amount) / winning_amount, fence
    FROM price_differences INNER JOIN flag_fences ON flag_code = 'R058' AND is_used
    WHERE (second_amount - winning_amount) / winning_amount >= fence
    UNION ALL
    SELECT 'R058', 'supplier', winner_id, 0.0, fence
    FROM price_differences INNER JOIN flag_fences ON flag_code = 'R058' AND is_used
    WHERE (second_amount - winning_amount) / winning_amount >= fence
    UNION ALL
    SELECT 'S01', 'process', split.ocid, CAST(award_count AS DOUBLE), settings.value
    FROM split
    INNER JOIN flag_settings AS settings ON flag_code = 'S01' AND setting_code = 'minimum_awards'
    UNION ALL
    SELECT 'S02', 'process', ocid, threshold_share, settings.value
    FROM below INNER JOIN flag_settings AS settings ON flag_code = 'S02' AND setting_code = 'near_share'
    UNION ALL
    SELECT 'S03', 'process', ocid, increase_share, settings.value
    FROM raised
    INNER JOIN flag_settings AS settings
        ON flag_code = 'S03' AND setting_code = 'increase_share' AND increase_share >= settings.value
    UNION ALL
    SELECT 'S04', 'buyer', buyer_id, top_supplier_share, settings.value
    FROM buyer_records
    INNER JOIN flag_settings AS enough ON enough.flag_code = 'S04' AND enough.setting_code = 'minimum_awards'
    INNER JOIN flag_settings AS settings ON settings.flag_code = 'S04' AND settings.setting_code = 'award_share'
    WHERE role_code = 'buyer' AND award_count >= enough.value AND top_supplier_share >= settings.value
    UNION ALL
    SELECT 'S05', 'process', gaps.ocid, gaps.factor, NULL
    FROM gaps
    INNER JOIN same_gap
        ON same_gap.winner_id = gaps.winner_id AND same_gap.tenderer_id = gaps.tenderer_id
        AND same_gap.factor = gaps.factor
    UNION ALL
    SELECT 'S05', 'supplier', tenderer_id, factor, NULL FROM same_gap
    UNION ALL
    SELECT 'S05', 'supplier', winner_id, factor, NULL FROM same_gap
),
flags AS (
    SELECT flag_code, subject_code, subject_id, max(value) AS value, max(threshold) AS threshold
    FROM found
    GROUP BY flag_code, subject_code, subject_id
)
SELECT
    flags.flag_code,
    flags.subject_code,
    flags.subject_id,
    coalesce(contracting_processes.title, suppliers.supplier_name, buyers.buyer_name) AS subject_name,
    contracting_processes.ocid,
    round(flags.value, 6) AS value,
    round(flags.threshold, 6) AS threshold
FROM flags
LEFT JOIN contracting_processes
    ON flags.subject_code = 'process' AND contracting_processes.ocid = flags.subject_id
LEFT JOIN suppliers ON flags.subject_code = 'supplier' AND suppliers.supplier_id = flags.subject_id
LEFT JOIN buyers
    ON flags.subject_code IN ('buyer', 'procuring_entity') AND buyers.buyer_id = flags.subject_id
ORDER BY flags.flag_code, flags.subject_code, flags.subject_id
