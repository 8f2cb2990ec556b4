SELECT r.record, r.revision, r.register_version, r.school, school.name AS school_name, r.timeline, r.fields,
    r.explanations, r.withdrawn, r.action, r.note, r.recorded_by, r.recorded_at
FROM register_revisions AS r
LEFT JOIN LATERAL (
    SELECT name
    FROM organisation_versions
    WHERE bureau_id = $1 AND code = r.school AND superseded_at IS NULL
    OFFSET 0
) AS school ON true
WHERE r.bureau_id = $1 AND r.register = $2 AND ($3 IS NULL OR r.school = $3)
