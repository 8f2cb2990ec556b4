-- What is evaluated, as it was known at $4; none where the scope does not cover it.
SELECT r.name, p.organisation, o.name AS organisation_name, p.school, r.section, r.category, r.state AS project_state,
       $2 BETWEEN r.first_year AND r.last_year AS in_years
FROM projects p
JOIN project_revisions r ON r.bureau_id = p.bureau_id AND r.project = p.code
    AND r.recorded_at <= $4 AND (r.superseded_at IS NULL OR r.superseded_at > $4)
JOIN organisation_versions o ON o.bureau_id = p.bureau_id AND o.code = p.organisation
    AND o.recorded_at <= $4 AND (o.superseded_at IS NULL OR o.superseded_at > $4)
WHERE p.bureau_id = $1 AND p.code = $3 AND $5 = 'project' AND ($6 IS NULL OR p.school = $6)
UNION ALL
SELECT v.name, v.code, v.name, CASE o.kind WHEN 'school' THEN v.code END, NULL, NULL, NULL, true
FROM organisations o
JOIN organisation_versions v ON v.bureau_id = o.bureau_id AND v.code = o.code
    AND v.recorded_at <= $4 AND (v.superseded_at IS NULL OR v.superseded_at > $4)
WHERE o.bureau_id = $1 AND o.code = $3 AND o.kind = CASE $5 WHEN 'department' THEN 'bureau' ELSE $5 END
  AND ($6 IS NULL OR o.kind = 'school' AND o.code = $6)
