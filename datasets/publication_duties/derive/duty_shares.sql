-- Each count as a share of the count that it is part of; none where it is part of no other.
SELECT
    duty_counts.count_id,
    duty_counts.name_fa,
    duty_counts.name_en,
    duty_counts.stated_count,
    duty_counts.of_count_id,
    round(100.0 * duty_counts.stated_count / whole.stated_count, 1) AS share_pct
FROM duty_counts
LEFT JOIN duty_counts AS whole ON whole.count_id = duty_counts.of_count_id
ORDER BY duty_counts.count_id
