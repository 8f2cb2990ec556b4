    -- $4 the moment  $5 a school  $6 a state  $7 whether also what is withdrawn
    -- $8 fields with a value  $9 fields within bounds  $10 the field by which is sorted (null: the code)
    -- $11, $12 the value and code after which the page begins  $13 how many
    AND ($5 IS NULL OR r.school = $5) AND ($6 IS NULL OR r.state = $6) AND ($7 OR NOT r.withdrawn)
    AND ($8 IS NULL OR r.fields @> $8)
    AND NOT EXISTS (
        SELECT FROM jsonb_to_recordset($9) AS bound (field text, least jsonb, most jsonb)
        WHERE NOT coalesce((bound.least IS NULL OR r.fields -> bound.field >= bound.least)
            AND (bound.most IS NULL OR r.fields -> bound.field <= bound.most), false)
    )
