-- Projects in the budget, and their goals in force, as of a moment.
-- $1 the bureau  $2 the year  $3 the moment
SELECT project.code, project.organisation, project.school, revision.section, revision.name,
    coalesce(organisation.name, project.organisation) AS organisation_name,
    goal.goal, version.version AS goal_version, version.name AS goal_name, version.content
FROM projects AS project
JOIN project_revisions AS revision ON revision.bureau_id = $1 AND revision.project = project.code
    AND revision.recorded_at <= $3 AND (revision.superseded_at IS NULL OR revision.superseded_at > $3)
LEFT JOIN organisation_versions AS organisation ON organisation.bureau_id = $1 AND organisation.code = project.organisation
    AND organisation.recorded_at <= $3 AND (organisation.superseded_at IS NULL OR organisation.superseded_at > $3)
LEFT JOIN (goals AS goal JOIN goal_versions AS version ON version.bureau_id = $1 AND version.year = $2
        AND version.goal = goal.goal AND version.state = 'approved' AND version.approved_at <= $3
        AND (version.superseded_at IS NULL OR version.superseded_at > $3))
    ON goal.bureau_id = $1 AND goal.year = $2 AND goal.project = project.code
WHERE project.bureau_id = $1 AND revision.state IN ('in_budget', 'under_way', 'completed')
ORDER BY project.code
