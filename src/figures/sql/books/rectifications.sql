-- The rectifications that count, as they were known at the moment, each in the state in which it was on the last day.
--
-- $1 the bureau  $2 the moment  $3 what is read, and the place of each school (a number by which the caller groups schools)
-- and of organisations that are no school; what has no place does not count
WITH asked AS MATERIALIZED (
    SELECT *
    FROM jsonb_to_recordset($3 -> 'asked') AS asked (number integer, first date, last date, at_end boolean, source text[],
        state text[], overdue text[])
),
counted AS NOT MATERIALIZED (
    SELECT asked.number, place, code AS record, stood AS state, NULL::text AS entry, revision, school, recorded_by,
        recorded_at, 1 AS lines, 1 AS value, '{}'::jsonb AS dimensions
    FROM asked
    CROSS JOIN LATERAL (
        SELECT code, revision, school, due_on, recorded_by, recorded_at,
            CASE WHEN school IS NOT NULL THEN ($3 -> 'places' ->> school)::integer
                ELSE coalesce(($3 ->> 'nowhere')::integer, ($3 -> 'organisations' ->> organisation)::integer) END AS place,
            coalesce((
                SELECT stay ->> 'state'
                FROM jsonb_array_elements(timeline) WITH ORDINALITY AS stays (stay, position)
                WHERE (stay ->> 'since')::date <= asked.last
                ORDER BY position DESC
                LIMIT 1
            ), 'open') AS stood
        FROM rectification_revisions
        WHERE bureau_id = $1 AND recorded_at <= $2 AND (superseded_at IS NULL OR superseded_at > $2)
            AND found_on <= asked.last AND (asked.at_end OR found_on >= asked.first)
            AND (asked.source IS NULL OR source LIKE ANY (asked.source))
        OFFSET 0
    ) AS found
    WHERE place IS NOT NULL
        AND (asked.state IS NULL OR stood LIKE ANY (asked.state))
        AND (asked.overdue IS NULL
             OR (due_on < asked.last AND stood IN ('open', 'in_progress'))::text LIKE ANY (asked.overdue))
)
