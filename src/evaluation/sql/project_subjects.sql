-- The projects that are evaluated in a year, whose first day is $5, as they were known at $3.
SELECT p.code, r.name, p.organisation, o.name AS organisation_name, p.school, r.section, r.category, r.state AS project_state,
       true AS in_years
FROM projects p
JOIN project_revisions r ON r.bureau_id = p.bureau_id AND r.project = p.code
    AND r.recorded_at <= $3 AND (r.superseded_at IS NULL OR r.superseded_at > $3)
JOIN organisation_versions o ON o.bureau_id = p.bureau_id AND o.code = p.organisation
    AND o.recorded_at <= $3 AND (o.superseded_at IS NULL OR o.superseded_at > $3)
WHERE p.bureau_id = $1 AND $2 BETWEEN r.first_year AND r.last_year AND ($4 IS NULL OR p.school = $4)
  AND r.state IN ('in_budget', 'under_way', 'completed', 'closed')
  AND NOT EXISTS (
      SELECT FROM project_revisions earlier
      WHERE earlier.bureau_id = p.bureau_id AND earlier.project = p.code AND earlier.state IN ('completed', 'closed')
        AND earlier.recorded_at < $5::timestamp AT TIME ZONE 'Asia/Shanghai')
ORDER BY p.code
