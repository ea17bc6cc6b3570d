-- Beyond which value something is an outlier: Tukey's fences, Q1 - 1.5 IQR and Q3 + 1.5 IQR (Tukey, Exploratory Data
-- Analysis, 1977), as Cardinal takes them. Quantiles are Hyndman and Fan's type 8 (The American Statistician 50, 1996), which
-- Cardinal's library uses: h = (n + 1/3) p + 1/3, linear between the values at floor(h) and the next, the first or last
-- value where h is below or beyond them. A `threshold` in the settings takes the fence's place. is_used is false where the
-- fence says nothing: a lower one at or below zero, or an upper one at zero, would flag most of what there is.
WITH points AS (
    SELECT 'R024' AS flag_code, 'process' AS subject_code, 'difference' AS measure_code,
        (second_amount - winning_amount) / winning_amount AS value
    FROM price_differences
    UNION ALL
    SELECT 'R058', 'process', 'difference', (second_amount - winning_amount) / winning_amount FROM price_differences
    UNION ALL
    SELECT 'R025', 'supplier', 'win_share', CAST(won_process_count AS DOUBLE) / valid_process_count
    FROM supplier_records WHERE valid_process_count > 0
    UNION ALL
    SELECT 'R025', 'supplier', 'valid_processes', CAST(valid_process_count AS DOUBLE)
    FROM supplier_records WHERE valid_process_count > 0
    UNION ALL
    SELECT 'R038', 'supplier', 'disqualified_share', CAST(disqualified_bid_count AS DOUBLE) / submitted_bid_count
    FROM supplier_records
    INNER JOIN flag_settings ON setting_code = 'minimum_bids' AND applies_to = 'supplier'
    WHERE submitted_bid_count > 0 AND submitted_bid_count >= value
    UNION ALL
    SELECT 'R038', role_code, 'disqualified_share', CAST(disqualified_bid_count AS DOUBLE) / submitted_bid_count
    FROM buyer_records
    INNER JOIN flag_settings ON setting_code = 'minimum_bids' AND applies_to = role_code
    WHERE submitted_bid_count > 0 AND submitted_bid_count >= value
    UNION ALL
    SELECT 'R048', 'supplier', 'variety', CAST(variety_count AS DOUBLE)
    FROM supplier_records
    INNER JOIN flag_settings ON flag_code = 'R048' AND setting_code = 'minimum_processes'
    WHERE classified_process_count > 0 AND classified_process_count >= value
),
ranked AS (
    SELECT
        flag_code,
        subject_code,
        measure_code,
        value,
        row_number() OVER (PARTITION BY flag_code, subject_code, measure_code ORDER BY value) AS place
    FROM points
),
asked AS (
    SELECT
        points.flag_code,
        points.subject_code,
        points.measure_code,
        count(*) AS value_count,
        (count(*) + 1.0 / 3) * 0.25 + 1.0 / 3 AS h1,
        (count(*) + 1.0 / 3) * 0.75 + 1.0 / 3 AS h3,
        (count(*) + 1.0 / 3) * coalesce(max(settings.value), 0.75) + 1.0 / 3 AS hp
    FROM points
    LEFT JOIN flag_settings AS settings
        ON settings.flag_code = points.flag_code AND settings.setting_code = 'percentile'
    GROUP BY points.flag_code, points.subject_code, points.measure_code
),
wanted AS (
    SELECT flag_code, subject_code, measure_code, value_count, 'q1' AS quantile_code, h1 AS h FROM asked
    UNION ALL
    SELECT flag_code, subject_code, measure_code, value_count, 'q3', h3 FROM asked
    UNION ALL
    SELECT flag_code, subject_code, measure_code, value_count, 'qp', hp FROM asked
),
between_values AS (
    SELECT
        flag_code,
        subject_code,
        measure_code,
        value_count,
        quantile_code,
        CASE WHEN h < 1 THEN 1 WHEN h >= value_count THEN value_count ELSE CAST(floor(h) AS BIGINT) END AS low,
        CASE WHEN h < 1 OR h >= value_count THEN 0 ELSE h - floor(h) END AS weight
    FROM wanted
),
quantiles AS (
    SELECT
        between_values.flag_code,
        between_values.subject_code,
        between_values.measure_code,
        between_values.value_count,
        max(CASE WHEN quantile_code = 'q1' THEN lower_value.value + weight * (upper_value.value - lower_value.value) END) AS q1,
        max(CASE WHEN quantile_code = 'q3' THEN lower_value.value + weight * (upper_value.value - lower_value.value) END) AS q3,
        max(CASE WHEN quantile_code = 'qp' THEN lower_value.value + weight * (upper_value.value - lower_value.value) END) AS qp
    FROM between_values
    INNER JOIN ranked AS lower_value
        ON lower_value.flag_code = between_values.flag_code AND lower_value.subject_code = between_values.subject_code
        AND lower_value.measure_code = between_values.measure_code AND lower_value.place = between_values.low
    INNER JOIN ranked AS upper_value
        ON upper_value.flag_code = between_values.flag_code AND upper_value.subject_code = between_values.subject_code
        AND upper_value.measure_code = between_values.measure_code
        AND upper_value.place = CASE WHEN low < value_count THEN low + 1 ELSE low END
    GROUP BY between_values.flag_code, between_values.subject_code, between_values.measure_code, between_values.value_count
),
fences AS (
    SELECT
        quantiles.flag_code,
        quantiles.subject_code,
        quantiles.measure_code,
        quantiles.value_count,
        q1,
        q3,
        CASE
            WHEN measure_code = 'valid_processes' THEN qp
            WHEN fixed.value IS NOT NULL THEN fixed.value
            WHEN quantiles.flag_code IN ('R024', 'R025') THEN q1 - whisker.value * (q3 - q1)
            ELSE q3 + whisker.value * (q3 - q1)
        END AS fence,
        fixed.value IS NOT NULL AS is_fixed
    FROM quantiles
    LEFT JOIN flag_settings AS whisker ON whisker.flag_code = quantiles.flag_code AND whisker.setting_code = 'whisker'
    LEFT JOIN flag_settings AS fixed ON fixed.flag_code = quantiles.flag_code AND fixed.setting_code = 'threshold'
)
SELECT
    flag_code,
    subject_code,
    measure_code,
    value_count,
    q1,
    q3,
    fence,
    CASE
        WHEN measure_code = 'win_share' OR flag_code = 'R024' THEN fence > 0 AND (q1 > 0 OR is_fixed)
        WHEN flag_code IN ('R038', 'R058') THEN fence > 0
        ELSE TRUE
    END AS is_used
FROM fences
ORDER BY flag_code, subject_code, measure_code
