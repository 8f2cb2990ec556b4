-- What counts of registers: the records that were known at the moment, each in the state that is looked at.
--
-- $1 the bureau  $2 the moment  $3 what is counted, and the place of each school (a number by which the caller groups
-- schools); a record of no school has the place "nowhere", and what has no place does not count
WITH asked AS MATERIALIZED (
    SELECT asked.*
    FROM jsonb_to_recordset($3 -> 'counts') AS asked (number integer, register text, measure text, field text,
        of_school boolean, states text[], contains jsonb, any_of jsonb, needs text[], at_end boolean, date text, first text, last text,
        dimensions jsonb)
),
known AS NOT MATERIALIZED (
    SELECT asked.*, r.record, r.revision, r.school, r.fields, r.recorded_by, r.recorded_at,
        CASE WHEN r.school IS NULL THEN $3 -> 'nowhere' ELSE $3 -> 'places' -> r.school END AS place,
        -- Most often the last state is the one that is looked at.
        CASE
            WHEN NOT asked.at_end AND asked.date IS NOT NULL
                OR asked.at_end AND (r.timeline -> -1 ->> 'since') COLLATE "C" <= asked.last THEN r.state
            ELSE (
                SELECT stay ->> 'state'
                FROM jsonb_array_elements(r.timeline) WITH ORDINALITY AS stays (stay, position)
                WHERE (stay ->> 'since') COLLATE "C" <= asked.last
                    AND (asked.at_end
                         OR (stay ->> 'since') COLLATE "C" >= asked.first AND stay ->> 'state' = ANY (asked.states))
                ORDER BY position DESC
                LIMIT 1
            )
        END AS stood
    FROM asked
    CROSS JOIN LATERAL (
        SELECT record, revision, school, state, timeline, fields, recorded_by, recorded_at
        FROM register_revisions
        WHERE bureau_id = $1 AND register = asked.register
            AND recorded_at <= $2 AND (superseded_at IS NULL OR superseded_at > $2) AND NOT withdrawn
            AND fields @> asked.contains AND fields ?& asked.needs
            AND (asked.any_of IS NULL OR NOT EXISTS (
                SELECT FROM jsonb_each(asked.any_of) AS choice (field, options)
                WHERE NOT coalesce(choice.options @> (fields -> choice.field), false)))
            AND (asked.date IS NULL
                 OR (fields ->> asked.date) COLLATE "C" <= asked.last
                    AND (asked.at_end OR (fields ->> asked.date) COLLATE "C" >= asked.first))
        OFFSET 0
    ) AS r
),
counted AS NOT MATERIALIZED (
    SELECT number, measure, record, revision, school, stood, recorded_by, recorded_at, (place #>> '{}')::integer AS place,
        CASE measure WHEN 'records' THEN NULL
            ELSE CASE WHEN of_school THEN school ELSE fields ->> field END END AS value,
        CASE WHEN dimensions = '{}' THEN dimensions
            ELSE (SELECT jsonb_object_agg(key, fields -> field) FROM jsonb_each_text(dimensions) AS kept (key, field))
        END AS dimensions
    FROM known
    WHERE place <> 'null' AND stood IS NOT NULL AND (cardinality(states) = 0 OR stood = ANY (states))
)
