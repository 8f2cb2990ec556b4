SELECT number, record, state, coalesce(entry, '') AS entry, revision, school, recorded_by, recorded_at, dimensions,
    value::numeric AS value
FROM counted
WHERE $4 IS NULL OR (number, record, state, coalesce(entry, '')) > ($4, $5, $6, $7)
ORDER BY number, record, state, coalesce(entry, '')
LIMIT $8
