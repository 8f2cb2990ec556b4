-- What counts: the cells in the standing revisions of the schools that are expected to report.
--
-- $1 the bureau  $2 the moment  $3 the basis  $4 the reports that are looked at, and the schools
-- expected to have made them, each with its place (a number by which the caller groups schools)
--
-- Each table is entered by a fenced subquery (OFFSET 0) that probes its primary key for the row
-- before: what is read then depends on what was asked, and not on what the planner believes about
-- documents of unknown length under row-level security.
WITH report AS MATERIALIZED (
    SELECT report.*, expected.places
    FROM jsonb_to_recordset($4 -> 'reports')
        AS report (indicator text, form text, period text, span integer, chosen jsonb, dropped text[], expected integer)
    JOIN jsonb_to_recordset($4 -> 'expected') AS expected (expected integer, places jsonb) USING (expected)
),
counted AS NOT MATERIALIZED (
    SELECT report.indicator, report.form, report.span, report.period, report.dropped,
        standing.school, standing.place, standing.revision, standing.since, standing.decided_by,
        cell.dimensions, cell.number, cell.text
    FROM report
    CROSS JOIN LATERAL (
        SELECT school, (report.places -> school)::integer AS place, revision, valid_from AS since, decided_by
        FROM submission_standings
        WHERE bureau_id = $1 AND form = report.form AND period = report.period AND basis = $3
            AND valid_from <= $2 AND (valid_until IS NULL OR valid_until > $2)
            AND report.places ? school
        OFFSET 0
    ) AS standing
    CROSS JOIN LATERAL (
        SELECT dimensions, number, text
        FROM submission_values
        WHERE bureau_id = $1 AND indicator = report.indicator AND period = report.period
            AND school = standing.school AND form = report.form AND revision = standing.revision
            AND dimensions @> report.chosen
        OFFSET 0
    ) AS cell
)
