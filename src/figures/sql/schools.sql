-- $1 the bureau  $2 the moment  $3 the only school that may be seen (null: all)
-- $4 organisations (null: the whole bureau); each school stands within one of them
WITH RECURSIVE known AS NOT MATERIALIZED (
    SELECT *
    FROM organisation_versions
    WHERE bureau_id = $1 AND recorded_at <= $2 AND (superseded_at IS NULL OR superseded_at > $2)
),
below AS (
    SELECT code, code AS top FROM known WHERE code = ANY ($4)
    UNION
    SELECT known.code, below.top FROM known JOIN below ON known.parent = below.code
)
SELECT code, name, stage, township, opened_on, closed_on, top AS within
FROM known LEFT JOIN below USING (code)
WHERE stage IS NOT NULL AND ($3 IS NULL OR code = $3)
    AND ($4 IS NULL OR top IS NOT NULL)
ORDER BY code, top
