-- The projects of a year as they were known at $3, with what their own evaluations had come to.
SELECT p.code, r.name, e.total, e.grade
FROM projects p
JOIN project_revisions r ON r.bureau_id = p.bureau_id AND r.project = p.code
    AND r.recorded_at <= $3 AND (r.superseded_at IS NULL OR r.superseded_at > $3)
LEFT JOIN evaluation_results e ON e.bureau_id = p.bureau_id AND e.year = $2 AND e.kind = 'project' AND e.subject = p.code
    AND e.as_of <= $3
WHERE p.bureau_id = $1 AND $2 BETWEEN r.first_year AND r.last_year
  AND r.state IN ('in_budget', 'under_way', 'completed', 'closed')
ORDER BY p.code
