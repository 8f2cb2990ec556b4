-- $1 the bureau  $2 forms  $3 periods  $4 schools  $5 the versions that were read
-- $6 the numbers of the revisions  $7 whether they are new  $8 versions of the forms  $9 contents  $10 warnings
-- $11 whether late  $12 who submits  $13 when
-- $14 to $18 the cells of the new revisions: position of the submission from 0, indicator, dimensions, number, text
WITH handover AS (
    SELECT *
    FROM unnest($2::text[], $3::text[], $4::text[], $5::integer[], $6::integer[], $7::boolean[], $8::integer[],
                $9::jsonb[], $10::jsonb[], $11::boolean[]) WITH ORDINALITY
        AS h (form, period, school, read_version, revision, is_new, form_version, content, warnings, late, number)
),
-- They are there, so each is a conflict: that finds a row by its key, whatever the planner believes of a table that
-- has grown since it last looked.
moved AS (
    INSERT INTO submissions AS s (bureau_id, form, period, school, state, version, content, revision, late, note,
                                  submitted_by, submitted_at, updated_by, updated_at)
    SELECT $1, form, period, school, 'submitted', read_version + 1, content, revision, late, NULL, $12, $13, $12, $13
    FROM handover
    -- Always in the same order, so that two imports cannot wait for each other.
    ORDER BY form, period, school
    ON CONFLICT (bureau_id, form, period, school) DO UPDATE
    SET state = excluded.state, version = excluded.version, revision = excluded.revision, late = excluded.late,
        note = excluded.note, submitted_by = excluded.submitted_by, submitted_at = excluded.submitted_at,
        updated_by = excluded.updated_by, updated_at = excluded.updated_at
    WHERE s.version = excluded.version - 1 AND s.state IN ('draft', 'returned', 'reopened')
    RETURNING s.form, s.period, s.school
),
submitted AS (
    SELECT * FROM handover JOIN moved USING (form, period, school)
),
revised AS (
    INSERT INTO submission_revisions (bureau_id, form, period, school, revision, form_version, content, warnings, late,
                                      submitted_by, submitted_at)
    SELECT $1, form, period, school, revision, form_version, content, warnings, late, $12, $13
    FROM submitted
    WHERE is_new
),
reported AS (
    INSERT INTO submission_values (bureau_id, indicator, period, school, dimensions, form, revision, number, text)
    SELECT $1, cell.indicator, period, school, cell.dimensions, form, revision, cell.number, cell.text
    FROM unnest($14::integer[], $15::text[], $16::jsonb[], $17::numeric[], $18::text[])
        AS cell (handover, indicator, dimensions, number, text)
    JOIN submitted ON submitted.number = cell.handover + 1
),
standing AS (
    INSERT INTO submission_standings (bureau_id, form, period, school, basis, valid_from, revision, decided_by)
    SELECT $1, form, period, school, 'submitted', $13, revision, $12
    FROM submitted
    -- What is handed in again as it was stands already.
    ON CONFLICT (bureau_id, form, period, school, basis) WHERE valid_until IS NULL DO NOTHING
)
SELECT form, period, school FROM submitted
