-- The goals of a sheet as they were in force at $4, from the overall one down. The department's are those of the bureau, and
-- for its projects theirs.
SELECT g.goal, g.level, g.school, g.project, v.name, v.content
FROM goals g
JOIN goal_versions v ON v.bureau_id = g.bureau_id AND v.year = g.year AND v.goal = g.goal
    AND v.state = 'approved' AND v.approved_at <= $4 AND (v.superseded_at IS NULL OR v.superseded_at > $4)
WHERE g.bureau_id = $1 AND g.year = $2
  AND CASE $5
        WHEN 'project' THEN g.project = $3
        WHEN 'school' THEN g.school = $3 AND g.project IS NULL
        ELSE g.project IS NOT NULL OR g.school IS NULL AND g.level IN ('overall', 'duty')
      END
ORDER BY array_position(ARRAY['overall', 'duty', 'activity', 'project'], g.level), g.goal
