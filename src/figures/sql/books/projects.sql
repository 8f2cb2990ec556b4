-- The projects that count, as they were known at the moment: those that run in the year of the last day.
--
-- $1 the bureau  $2 the moment  $3 what is read, and the place of each school (a number by which the caller groups schools)
-- and of organisations that are no school; what has no place does not count
WITH asked AS MATERIALIZED (
    SELECT *
    FROM jsonb_to_recordset($3 -> 'asked') AS asked (number integer, last date, category text[], state text[],
        is_key text[], is_special_fund text[])
),
counted AS NOT MATERIALIZED (
    SELECT asked.number, place, known.project AS record, known.state, NULL::text AS entry, revision, school, recorded_by,
        recorded_at, 1 AS lines, 1 AS value, '{}'::jsonb AS dimensions
    FROM asked
    CROSS JOIN LATERAL (
        SELECT revised.*,
            CASE WHEN revised.school IS NOT NULL THEN ($3 -> 'places' ->> revised.school)::integer
                ELSE coalesce(($3 ->> 'nowhere')::integer, ($3 -> 'organisations' ->> organisation)::integer) END AS place
        FROM project_revisions AS revised
        JOIN projects ON projects.bureau_id = revised.bureau_id AND projects.code = revised.project
        WHERE revised.bureau_id = $1
            AND recorded_at <= $2 AND (superseded_at IS NULL OR superseded_at > $2)
            AND extract(year FROM asked.last) BETWEEN first_year AND last_year
        OFFSET 0
    ) AS known
    WHERE place IS NOT NULL
        AND (asked.category IS NULL OR known.category LIKE ANY (asked.category))
        AND (asked.state IS NULL OR known.state LIKE ANY (asked.state))
        AND (asked.is_key IS NULL OR known.is_key::text LIKE ANY (asked.is_key))
        AND (asked.is_special_fund IS NULL OR known.is_special_fund::text LIKE ANY (asked.is_special_fund))
)
