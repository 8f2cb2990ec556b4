-- What there is to see of projects as of a moment.
-- $1 the bureau  $2 the year  $3 the last day that counts  $4 the moment
WITH item AS MATERIALIZED (
    SELECT project, item
    FROM budget_items
    WHERE bureau_id = $1 AND year = $2 AND project IS NOT NULL AND recorded_at <= $4
), budget AS (
    SELECT item.project, sum(CASE entry.kind WHEN 'detailed' THEN -entry.amount ELSE entry.amount END) AS amount
    FROM item JOIN budget_entries AS entry ON entry.bureau_id = $1 AND entry.item = item.item AND entry.recorded_at <= $4
    GROUP BY item.project
), executed AS (
    SELECT item.project, sum(payment.amount) AS amount
    FROM item JOIN payments AS payment ON payment.bureau_id = $1 AND payment.item = item.item
    WHERE payment.paid_on <= $3 AND payment.recorded_at <= $4
    GROUP BY item.project
), goal AS (
    SELECT goals.project, goals.goal, version.version, version.name, version.content
    FROM goals JOIN goal_versions AS version USING (bureau_id, year, goal)
    WHERE bureau_id = $1 AND year = $2 AND goals.project IS NOT NULL AND version.state = 'approved'
        AND version.approved_at <= $4 AND (version.superseded_at IS NULL OR version.superseded_at > $4)
)
SELECT project.code, project.organisation, project.school, revision.section, revision.name,
    coalesce(organisation.name, project.organisation) AS organisation_name,
    project.code IN (SELECT project FROM item) AS has_items,
    coalesce(budget.amount, 0) AS budget, coalesce(executed.amount, 0) AS executed,
    goal.goal, goal.version AS goal_version, goal.name AS goal_name, goal.content
FROM projects AS project
JOIN project_revisions AS revision ON revision.bureau_id = $1 AND revision.project = project.code
    AND revision.recorded_at <= $4 AND (revision.superseded_at IS NULL OR revision.superseded_at > $4)
LEFT JOIN organisation_versions AS organisation ON organisation.bureau_id = $1 AND organisation.code = project.organisation
    AND organisation.recorded_at <= $4 AND (organisation.superseded_at IS NULL OR organisation.superseded_at > $4)
LEFT JOIN budget ON budget.project = project.code
LEFT JOIN executed ON executed.project = project.code
LEFT JOIN goal ON goal.project = project.code
WHERE project.bureau_id = $1 AND revision.state IN ('in_budget', 'under_way', 'completed')
    AND (project.code IN (SELECT project FROM item) OR goal.goal IS NOT NULL)
ORDER BY project.code
