-- What the flags are computed with. The numbers of R codes are Cardinal's defaults (https://cardinal.readthedocs.io, each
-- indicator's page, Configuration); those of S codes are this site's own. applies_to is * for everything, else the code or
-- the name that the number is for. ALL holds for every flag.
SELECT flag_code, setting_code, applies_to, value
FROM (VALUES
    ('ALL', 'main_currency', 'IRR', 1.0),
    ('R003', 'shortest_days', '*', 15.0),
    ('R018', 'method', 'open', 1.0),
    ('R018', 'method', 'selective', 1.0),
    ('R024', 'whisker', '*', 1.5),
    ('R025', 'whisker', '*', 1.5),
    ('R025', 'percentile', '*', 0.75),
    ('R035', 'minimum_disqualified', '*', 1.0),
    ('R038', 'whisker', '*', 1.5),
    ('R038', 'minimum_bids', 'supplier', 2.0),
    ('R038', 'minimum_bids', 'buyer', 2.0),
    ('R038', 'minimum_bids', 'procuring_entity', 2.0),
    ('R048', 'whisker', '*', 1.5),
    ('R048', 'digits', '*', 2.0),
    ('R048', 'minimum_processes', '*', 20.0),
    ('R058', 'whisker', '*', 1.5),
    ('S01', 'tender_threshold_irr', '*', 4500000000.0),
    ('S01', 'window_days', '*', 30.0),
    ('S01', 'minimum_awards', '*', 3.0),
    ('S02', 'tender_threshold_irr', '*', 4500000000.0),
    ('S02', 'near_share', '*', 0.95),
    ('S03', 'window_days', '*', 90.0),
    ('S03', 'increase_share', '*', 0.2),
    ('S04', 'minimum_awards', '*', 10.0),
    ('S04', 'award_share', '*', 0.8),
    ('S05', 'minimum_processes', '*', 3.0)
) AS settings (flag_code, setting_code, applies_to, value)
ORDER BY flag_code, setting_code, applies_to
