SELECT r.project, r.revision, p.organisation, r.school, unit.name AS organisation_name, r.name, r.category, r.section,
    r.first_year, r.last_year, r.is_key, r.is_special_fund, r.summary, r.state, r.action, r.note, r.recorded_by,
    r.recorded_at, author.recorded_by AS written_by, verdict.appraisal, verdict.total, verdict.conclusion
FROM project_revisions AS r
JOIN projects AS p ON p.bureau_id = $1 AND p.code = r.project
LEFT JOIN LATERAL (
    SELECT name
    FROM organisation_versions
    WHERE bureau_id = $1 AND code = p.organisation AND superseded_at IS NULL
    OFFSET 0
) AS unit ON true
CROSS JOIN LATERAL (
    SELECT written.recorded_by
    FROM project_revisions AS written
    WHERE written.bureau_id = $1 AND written.project = r.project AND written.revision <= r.revision
        AND written.action IN ('propose', 'update')
    ORDER BY written.revision DESC
    LIMIT 1
) AS author
LEFT JOIN LATERAL (
    SELECT known.appraisal, known.total, known.conclusion
    FROM project_appraisals AS known
    WHERE known.bureau_id = $1 AND known.project = r.project
        AND known.recorded_at < coalesce(r.superseded_at, 'infinity')
    ORDER BY known.appraisal DESC
    LIMIT 1
) AS verdict ON true
WHERE r.bureau_id = $1 AND ($2 IS NULL OR r.school = $2)
