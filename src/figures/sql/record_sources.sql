SELECT * FROM (
    SELECT number, record, revision, school, stood AS state, recorded_by, recorded_at, dimensions, value,
        CASE measure
            WHEN 'records' THEN 1
            WHEN 'sum' THEN value::numeric
            ELSE (value IS NOT NULL AND row_number() OVER (PARTITION BY number, value ORDER BY record) = 1)::integer
        END AS contribution
    FROM counted
) AS source
WHERE $4 IS NULL OR (number, record) > ($4, $5)
ORDER BY number, record
LIMIT $6
