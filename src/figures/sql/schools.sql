-- $1 the bureau  $2 the moment  $3 the only school that may be seen (null: all)
-- $4 an organisation (null: the whole bureau)
WITH RECURSIVE known AS NOT MATERIALIZED (
    SELECT *
    FROM organisation_versions
    WHERE bureau_id = $1 AND recorded_at <= $2 AND (superseded_at IS NULL OR superseded_at > $2)
),
below AS (
    SELECT code FROM known WHERE code = $4
    UNION
    SELECT known.code FROM known JOIN below ON known.parent = below.code
)
SELECT code, name, stage, township, opened_on, closed_on
FROM known
WHERE stage IS NOT NULL AND ($3 IS NULL OR code = $3)
    AND ($4 IS NULL OR code IN (SELECT code FROM below))
ORDER BY code
