SELECT r.code, r.revision, r.organisation, r.school, unit.name AS organisation_name, r.section, r.source, r.subject_type,
    r.subject, r.finding, r.measure, r.owner, r.found_on, r.due_on, r.timeline, r.action, r.note, r.recorded_by,
    r.recorded_at
FROM rectification_revisions AS r
LEFT JOIN LATERAL (
    SELECT name
    FROM organisation_versions
    WHERE bureau_id = $1 AND code = r.organisation AND superseded_at IS NULL
    OFFSET 0
) AS unit ON true
WHERE r.bureau_id = $1 AND ($2 IS NULL OR r.school = $2)
