-- Records as they were known at the moment, each in the state in which it stood on a day, or in its last where none is asked.
--
-- $1 the bureau  $2 the moment  $3 what is asked, in the order of its numbers  $4 how many of each at most  $5 how many in all
WITH asked AS MATERIALIZED (
    SELECT position::integer AS number, asked.*
    FROM jsonb_array_elements($3) WITH ORDINALITY AS each (ask, position)
    CROSS JOIN LATERAL jsonb_to_record(ask) AS asked (register text, states text[], "on" text, contains jsonb, any_of jsonb,
        date text, first text, last text)
)
SELECT asked.number, r.record, r.school, r.fields, r.state
FROM asked
CROSS JOIN LATERAL (
    SELECT record, school, fields, stood.state
    FROM register_revisions AS revision
    CROSS JOIN LATERAL (
        SELECT stay ->> 'state' AS state
        FROM jsonb_array_elements(revision.timeline) WITH ORDINALITY AS stays (stay, position)
        WHERE asked."on" IS NULL OR (stay ->> 'since') COLLATE "C" <= asked."on"
        ORDER BY position DESC
        LIMIT 1
    ) AS stood
    WHERE bureau_id = $1 AND register = asked.register
        AND recorded_at <= $2 AND (superseded_at IS NULL OR superseded_at > $2) AND NOT withdrawn
        AND fields @> asked.contains
        AND NOT EXISTS (
            SELECT FROM jsonb_each(asked.any_of) AS choice (field, options)
            WHERE NOT coalesce(choice.options @> (fields -> choice.field), false))
        AND (asked.date IS NULL
             OR (fields ->> asked.date) COLLATE "C" BETWEEN asked.first AND asked.last)
        AND (cardinality(asked.states) = 0 OR stood.state = ANY (asked.states))
    ORDER BY record
    LIMIT $4
) AS r
ORDER BY asked.number, r.record
LIMIT $5
