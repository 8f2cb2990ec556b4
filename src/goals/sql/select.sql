SELECT g.goal, g.level, g.organisation, g.school, g.project, o.name AS organisation_name, s.name AS section_name,
       v.version, v.section, v.parent, v.name, v.content, v.state, v.row_version, v.reason, v.review, v.last_year, v.note,
       v.submitted_by, v.reviewed_by, v.approved_by, v.approved_at, v.superseded_at, v.updated_by, v.updated_at
FROM goals AS g
JOIN goal_versions AS v USING (bureau_id, year, goal)
LEFT JOIN organisation_versions AS o
    ON o.bureau_id = g.bureau_id AND o.code = g.organisation AND o.superseded_at IS NULL
LEFT JOIN organisation_versions AS s
    ON s.bureau_id = g.bureau_id AND s.code = v.section AND s.superseded_at IS NULL
WHERE g.bureau_id = $1 AND g.year = $2 AND ($3::text IS NULL OR g.school = $3)
