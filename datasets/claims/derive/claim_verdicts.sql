-- One verdict for each statement, from its evidence alone: arithmetic (claim_calculations), documents that a person
-- read (finding_code), and the tables that would prove it (kind sql). A table that would prove a statement never
-- decides here, whatever it holds: no row of any other dataset is read, so demonstration data can judge nobody. Once a
-- live source is published, a person reads it and adds a document with what it says.
-- What each verdict means is in verdict_kinds. On one reading, in this order: own figures that do not give the stated
-- one (arithmetic_error), other figures or a document against it (contradicted), figures or a document for it
-- (supported). A statement with several readings holds under one when at least one is supported and not all are.
WITH readings AS (
    SELECT claim_id, reading_id, reading_code, reading_fa, reading_en FROM claim_readings
    UNION ALL
    SELECT claim_id, claim_id, NULL, NULL, NULL FROM claims
    WHERE claim_id NOT IN (SELECT claim_id FROM claim_readings)
),
findings AS (
    SELECT
        claim_evidence.evidence_id,
        claim_evidence.claim_id,
        claim_evidence.reading_id,
        claim_evidence.kind_code,
        CASE
            WHEN claim_evidence.role_code = 'explains' THEN 'explains'
            WHEN claim_evidence.kind_code = 'sql' THEN 'unpublished'
            WHEN claim_evidence.kind_code = 'document' THEN claim_evidence.finding_code
            WHEN claim_calculations.is_within_tolerance THEN 'supports'
            WHEN claim_calculations.is_own_figures THEN 'miscalculated'
            ELSE 'contradicts'
        END AS finding,
        claim_calculations.computed_value,
        claim_calculations.difference,
        CASE  -- as it is spoken: whole from a hundred up, one decimal below
            WHEN abs(claim_calculations.computed_value) >= 100
                THEN CAST(CAST(round(claim_calculations.computed_value, 0) AS BIGINT) AS VARCHAR)
            ELSE CAST(CAST(claim_calculations.computed_value AS DECIMAL(18, 1)) AS VARCHAR)
        END AS computed_text
    FROM claim_evidence
    LEFT JOIN claim_calculations ON claim_calculations.evidence_id = claim_evidence.evidence_id
),
outcomes AS (
    SELECT
        readings.claim_id,
        readings.reading_id,
        CASE
            WHEN sum(CASE WHEN findings.finding = 'miscalculated' THEN 1 ELSE 0 END) > 0 THEN 'arithmetic_error'
            WHEN sum(CASE WHEN findings.finding = 'contradicts' THEN 1 ELSE 0 END) > 0 THEN 'contradicted'
            WHEN sum(CASE WHEN findings.finding = 'supports' THEN 1 ELSE 0 END) > 0 THEN 'supported'
            ELSE 'open'
        END AS outcome
    FROM readings
    LEFT JOIN findings
        ON findings.claim_id = readings.claim_id
        AND (findings.reading_id IS NULL OR findings.reading_id = readings.reading_id)
    GROUP BY readings.claim_id, readings.reading_id
),
tallies AS (
    SELECT
        claim_id,
        count(*) AS reading_count,
        sum(CASE WHEN outcome = 'supported' THEN 1 ELSE 0 END) AS supported_count,
        sum(CASE WHEN outcome = 'arithmetic_error' THEN 1 ELSE 0 END) AS error_count,
        sum(CASE WHEN outcome = 'contradicted' THEN 1 ELSE 0 END) AS contradicted_count,
        min(CASE WHEN outcome = 'supported' THEN reading_id END) AS holding_id
    FROM outcomes
    GROUP BY claim_id
),
notes AS (  -- a table to be seen is said to be so; a result given for scale stands at the end of its note
    SELECT
        findings.evidence_id,
        CASE
            WHEN findings.finding = 'unpublished' THEN 'باید دید: ' || claim_evidence.note_fa
            WHEN findings.kind_code = 'arithmetic' AND findings.difference IS NULL
                THEN rtrim(claim_evidence.note_fa, '.') || ': '
                    || translate(findings.computed_text, '0123456789.', '۰۱۲۳۴۵۶۷۸۹٫') || '.'
            ELSE claim_evidence.note_fa
        END AS note_fa,
        CASE
            WHEN findings.finding = 'unpublished' THEN 'To be seen: ' || claim_evidence.note_en
            WHEN findings.kind_code = 'arithmetic' AND findings.difference IS NULL
                THEN rtrim(claim_evidence.note_en, '.') || ': ' || findings.computed_text || '.'
            ELSE claim_evidence.note_en
        END AS note_en
    FROM findings
    JOIN claim_evidence ON claim_evidence.evidence_id = findings.evidence_id
),
evidence AS (
    SELECT
        findings.claim_id,
        sum(CASE WHEN finding IN ('supports', 'contradicts', 'miscalculated') AND findings.kind_code = 'arithmetic'
            THEN 1 ELSE 0 END) AS arithmetic_count,
        sum(CASE WHEN finding IN ('supports', 'contradicts') AND findings.kind_code = 'document'
            THEN 1 ELSE 0 END) AS document_count,
        sum(CASE WHEN finding = 'supports' THEN 1 ELSE 0 END) AS support_count,
        sum(CASE WHEN finding = 'unread' THEN 1 ELSE 0 END) AS unread_count,
        sum(CASE WHEN finding = 'unpublished' THEN 1 ELSE 0 END) AS unpublished_count,
        sum(CASE WHEN finding IN ('silent', 'not_found') THEN 1 ELSE 0 END) AS silent_count,
        string_agg(notes.note_fa, ' ' ORDER BY findings.evidence_id) AS notes_fa,
        string_agg(notes.note_en, ' ' ORDER BY findings.evidence_id) AS notes_en,
        string_agg(DISTINCT claim_evidence.proof_table, ', ' ORDER BY claim_evidence.proof_table) AS proof_tables
    FROM findings
    JOIN claim_evidence ON claim_evidence.evidence_id = findings.evidence_id
    JOIN notes ON notes.evidence_id = findings.evidence_id
    GROUP BY findings.claim_id
),
deciding AS (  -- the first calculation that decides, on the reading that holds where one does
    SELECT tallies.claim_id, min(findings.evidence_id) AS evidence_id
    FROM tallies
    JOIN findings
        ON findings.claim_id = tallies.claim_id
        AND (findings.reading_id IS NULL OR findings.reading_id = coalesce(tallies.holding_id, findings.reading_id))
    WHERE findings.kind_code = 'arithmetic' AND findings.finding <> 'explains'
    GROUP BY tallies.claim_id
),
judged AS (
    SELECT
        claims.claim_id,
        claims.topic_code,
        claims.kind_code,
        claims.statement_fa,
        claims.statement_en,
        claims.stated_value,
        tallies.holding_id,
        evidence.arithmetic_count,
        evidence.document_count,
        evidence.support_count,
        evidence.unread_count,
        evidence.unpublished_count,
        evidence.silent_count,
        evidence.notes_fa,
        evidence.notes_en,
        evidence.proof_tables,
        CASE
            WHEN tallies.supported_count = tallies.reading_count THEN 'supported'
            WHEN tallies.supported_count > 0 THEN 'consistent_under_one_reading'
            WHEN tallies.error_count = tallies.reading_count THEN 'arithmetic_error'
            WHEN tallies.error_count + tallies.contradicted_count = tallies.reading_count THEN 'contradicted'
            WHEN evidence.unread_count > 0 THEN 'pending'
            WHEN evidence.unpublished_count + evidence.silent_count > 0 THEN 'unverifiable'
            WHEN claims.kind_code = 'judgement' THEN 'unverifiable'
            ELSE 'pending'
        END AS verdict_code
    FROM claims
    JOIN tallies ON tallies.claim_id = claims.claim_id
    LEFT JOIN evidence ON evidence.claim_id = claims.claim_id
),
spoken AS (
    SELECT
        judged.*,
        findings.computed_value,
        findings.difference,
        findings.computed_text,
        CASE
            WHEN judged.stated_value = floor(judged.stated_value) THEN CAST(CAST(judged.stated_value AS BIGINT) AS VARCHAR)
            ELSE CAST(CAST(judged.stated_value AS DECIMAL(18, 2)) AS VARCHAR)
        END AS stated_text
    FROM judged
    LEFT JOIN deciding ON deciding.claim_id = judged.claim_id
    LEFT JOIN findings ON findings.evidence_id = deciding.evidence_id
)
SELECT
    spoken.claim_id,
    spoken.statement_fa,
    spoken.statement_en,
    spoken.verdict_code,
    CASE
        WHEN spoken.verdict_code = 'supported' AND spoken.arithmetic_count > 0 THEN 'حساب همین را می‌دهد.'
        WHEN spoken.verdict_code = 'supported' THEN 'سندی دیگر هم همین را می‌گوید.'
        WHEN spoken.verdict_code = 'consistent_under_one_reading'
            THEN 'تنها با یک خوانش درست است: ' || readings.reading_fa || '.'
        WHEN spoken.verdict_code = 'arithmetic_error'
            THEN 'حساب با عددهای خود منبع '
                || replace(translate(spoken.computed_text, '0123456789.', '۰۱۲۳۴۵۶۷۸۹٫'), '-', 'منفی ')
                || ' می‌دهد، نه ' || replace(translate(spoken.stated_text, '0123456789.', '۰۱۲۳۴۵۶۷۸۹٫'), '-', 'منفی ') || '.'
        WHEN spoken.verdict_code = 'contradicted' AND spoken.support_count > 0 THEN 'سندها با هم نمی‌خوانند.'
        WHEN spoken.verdict_code = 'contradicted' THEN 'سندی دیگر چیز دیگری می‌گوید.'
        WHEN spoken.verdict_code = 'pending' THEN 'سندی که آن را روشن کند هنوز خوانده نشده است.'
        WHEN spoken.unpublished_count > 0 THEN 'داده‌ای که آن را بسنجد منتشر نشده است.'
        WHEN spoken.kind_code = 'judgement' THEN 'این داوری است؛ داده‌ای آن را نمی‌سنجد.'
        ELSE 'منبعی که آن را روشن کند نیافتیم.'
    END || coalesce(' ' || spoken.notes_fa, '') AS reason_fa,
    CASE
        WHEN spoken.verdict_code = 'supported' AND spoken.arithmetic_count > 0 THEN 'The calculation gives the same.'
        WHEN spoken.verdict_code = 'supported' THEN 'Another document says the same.'
        WHEN spoken.verdict_code = 'consistent_under_one_reading'
            THEN 'It holds on one reading only: ' || readings.reading_en || '.'
        WHEN spoken.verdict_code = 'arithmetic_error'
            THEN 'The source''s own figures give ' || spoken.computed_text || ', not ' || spoken.stated_text || '.'
        WHEN spoken.verdict_code = 'contradicted' AND spoken.support_count > 0 THEN 'Documents disagree.'
        WHEN spoken.verdict_code = 'contradicted' THEN 'Another document says otherwise.'
        WHEN spoken.verdict_code = 'pending' THEN 'A document that would settle it has not been read yet.'
        WHEN spoken.unpublished_count > 0 THEN 'The data that would show it is not published.'
        WHEN spoken.kind_code = 'judgement' THEN 'This is a judgement; no data measures it.'
        ELSE 'No source that settles it was found.'
    END || coalesce(' ' || spoken.notes_en, '') AS reason_en,
    spoken.topic_code,
    CASE
        WHEN spoken.verdict_code IN ('pending', 'unverifiable') THEN 'none'
        WHEN spoken.arithmetic_count > 0 AND spoken.document_count > 0 THEN 'both'
        WHEN spoken.arithmetic_count > 0 THEN 'arithmetic'
        WHEN spoken.document_count > 0 THEN 'document'
    END AS basis_code,
    spoken.stated_value,
    spoken.computed_value,
    spoken.difference,
    CASE WHEN spoken.verdict_code = 'consistent_under_one_reading' THEN spoken.holding_id END AS reading_id,
    CASE WHEN spoken.verdict_code = 'unverifiable' THEN spoken.proof_tables END AS proof_tables
FROM spoken
LEFT JOIN readings ON readings.reading_id = spoken.holding_id
ORDER BY spoken.claim_id
