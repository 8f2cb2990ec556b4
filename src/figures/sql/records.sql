-- What counts of registers: the records that a part looks at, each read once, whatever the number of parts.
--
-- $1 the bureau  $2 the moment  $3 the parts, and the schools that are looked at, each with its place (a number by which
-- the caller groups schools); the bureau itself, whose records have no school, stands among them as ''
--
-- Dates are compared as they are written, which is the order of the days. What a record does not have is NULL and so
-- does not match.
WITH part AS MATERIALIZED (
    SELECT *
    FROM jsonb_to_recordset($3 -> 'parts')
        AS part (indicator text, earlier boolean, register text, looks text, states text[], since text, until text,
            date text, equal jsonb, among jsonb, needed text[], summed text, compared text, of_school boolean,
            by_1 text, by_2 text, by_3 text, dimensions jsonb)
),
place AS MATERIALIZED (
    SELECT key AS school, value::integer AS place FROM jsonb_each_text($3 -> 'places')
),
counted AS NOT MATERIALIZED (
    SELECT part.indicator, part.earlier, part.register, part.dimensions, part.compared, part.of_school,
        record.record, record.revision, record.recorded_by, record.recorded_at, record.place, record.fields, seen.state,
        record.fields ->> part.by_1 AS by_1, record.fields ->> part.by_2 AS by_2, record.fields ->> part.by_3 AS by_3,
        (record.fields ->> part.summed)::numeric AS number,
        CASE WHEN part.of_school THEN record.school ELSE record.fields ->> part.compared END AS text,
        part.summed IS NOT NULL AS is_sum, part.of_school OR part.compared IS NOT NULL AS is_distinct
    FROM (
        SELECT register.register, revision.*, place.place
        FROM (SELECT DISTINCT register FROM part) AS register
        CROSS JOIN LATERAL (
            SELECT record, revision, school, state, timeline, fields, recorded_by, recorded_at
            FROM register_revisions
            WHERE bureau_id = $1 AND register = register.register
                AND recorded_at <= $2 AND (superseded_at IS NULL OR superseded_at > $2) AND NOT withdrawn
            OFFSET 0
        ) AS revision
        JOIN place ON place.school = coalesce(revision.school, '')
        OFFSET 0
    ) AS record
    JOIN part ON part.register = record.register AND record.fields @> part.equal AND record.fields ?& part.needed
    CROSS JOIN LATERAL (
        SELECT CASE part.looks
            WHEN 'as_known' THEN record.state
            WHEN 'at_end' THEN
                CASE WHEN (record.timeline -> -1 ->> 'since') COLLATE "C" <= part.until THEN record.state
                ELSE (
                    SELECT entry ->> 'state'
                    FROM jsonb_array_elements(record.timeline) WITH ORDINALITY AS stay (entry, position)
                    WHERE (entry ->> 'since') COLLATE "C" <= part.until
                    ORDER BY position DESC
                    LIMIT 1
                ) END
            ELSE (
                SELECT entry ->> 'state'
                FROM jsonb_array_elements(record.timeline) WITH ORDINALITY AS stay (entry, position)
                WHERE (entry ->> 'since') COLLATE "C" BETWEEN part.since AND part.until
                    AND entry ->> 'state' = ANY (part.states)
                ORDER BY position DESC
                LIMIT 1
            ) END AS state
    ) AS seen
    WHERE seen.state IS NOT NULL AND (part.states = '{}' OR seen.state = ANY (part.states))
        AND (part.date IS NULL OR (record.fields ->> part.date) COLLATE "C" <= part.until
            AND (part.since IS NULL OR (record.fields ->> part.date) COLLATE "C" >= part.since))
        AND (part.among = '[]' OR NOT EXISTS (
            SELECT FROM jsonb_array_elements(part.among) AS condition
            WHERE (condition -> 'values' @> (record.fields -> (condition ->> 'field'))) IS NOT TRUE
        ))
)
