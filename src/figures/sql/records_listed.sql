SELECT indicator, register, record, revision, recorded_by, recorded_at, place, state, number, text,
    CASE WHEN is_sum THEN number WHEN is_distinct THEN first_of::numeric ELSE 1 END AS contribution,
    coalesce((SELECT jsonb_object_agg(key, fields -> value) FROM jsonb_each_text(dimensions)), '{}') AS dimensions
FROM (
    SELECT *,
        CASE WHEN text IS NOT NULL
            THEN (row_number() OVER (PARTITION BY indicator, text ORDER BY record) = 1)::integer END AS first_of
    FROM counted
) AS listed
WHERE $4 IS NULL OR (indicator, record) > ($4, $5)
ORDER BY indicator, record
LIMIT $6
