-- $1 the bureau  $2 forms  $3 periods  $4 schools  $5 the periods before, where rules look there
-- $6 the only school that may be seen (null: all)
--
-- Each table is probed by its key in a fenced subquery (OFFSET 0). Joined, they would be read as the planner believes
-- best of tables that have grown since it last looked, under row-level security: from end to end.
SELECT k.form, k.period, o.code, o.name, o.stage, o.opened_on, o.closed_on,
    s.state, s.version, s.content, s.revision, s.accepted_revision, s.late, s.submitted_by, s.submitted_at,
    s.note, s.updated_by, s.updated_at, handed_over.content AS handed_over, e.until AS extended_until,
    previous.content AS previous
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]) AS k (form, period, school, previous_period)
CROSS JOIN LATERAL (
    SELECT code, name, stage, opened_on, closed_on
    FROM organisation_versions
    WHERE bureau_id = $1 AND code = k.school AND superseded_at IS NULL AND stage IS NOT NULL
        AND ($6 IS NULL OR code = $6)
    OFFSET 0
) AS o
LEFT JOIN LATERAL (
    SELECT *
    FROM submissions
    WHERE bureau_id = $1 AND form = k.form AND period = k.period AND school = k.school
    OFFSET 0
) AS s ON true
LEFT JOIN LATERAL (
    SELECT until
    FROM submission_extensions
    WHERE bureau_id = $1 AND form = k.form AND period = k.period AND school = k.school
    OFFSET 0
) AS e ON true
LEFT JOIN LATERAL (
    SELECT content
    FROM submission_revisions
    WHERE bureau_id = $1 AND form = k.form AND period = k.period AND school = k.school AND revision = s.revision
        AND s.state IN ('returned', 'reopened')
    OFFSET 0
) AS handed_over ON true
LEFT JOIN LATERAL (
    SELECT revision
    FROM submission_standings
    WHERE bureau_id = $1 AND form = k.form AND period = k.previous_period AND school = k.school
        AND basis = 'submitted' AND valid_until IS NULL
    OFFSET 0
) AS standing ON true
LEFT JOIN LATERAL (
    SELECT content
    FROM submission_revisions
    WHERE bureau_id = $1 AND form = k.form AND period = k.previous_period AND school = k.school
        AND revision = standing.revision
    OFFSET 0
) AS previous ON true
