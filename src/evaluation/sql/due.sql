-- What is evaluated in a year: projects that were in its budget, schools that were open in it, and the bureau; and whatever
-- has an evaluation. $3 and $4 are the first and the last day of the year.
WITH begun AS (
    SELECT kind, subject, state, version, submitted_at, updated_at
    FROM evaluations
    WHERE bureau_id = $1 AND year = $2 AND ($5 IS NULL OR school = $5)
), due AS (
    SELECT 'project' AS kind, p.code AS subject, r.name, p.organisation, r.section, r.category
    FROM projects p
    JOIN project_revisions r ON r.bureau_id = p.bureau_id AND r.project = p.code AND r.superseded_at IS NULL
    WHERE p.bureau_id = $1 AND ($5 IS NULL OR p.school = $5)
      AND ($2 BETWEEN r.first_year AND r.last_year AND r.state IN ('in_budget', 'under_way', 'completed', 'closed')
           AND NOT EXISTS (
               SELECT FROM project_revisions earlier
               WHERE earlier.bureau_id = p.bureau_id AND earlier.project = p.code
                 AND earlier.state IN ('completed', 'closed')
                 AND earlier.recorded_at < $3::timestamp AT TIME ZONE 'Asia/Shanghai')
           OR EXISTS (SELECT FROM begun WHERE begun.kind = 'project' AND begun.subject = p.code))
    UNION ALL
    SELECT CASE o.kind WHEN 'bureau' THEN 'department' ELSE o.kind END, o.code, v.name, o.code, NULL, NULL
    FROM organisations o
    JOIN organisation_versions v ON v.bureau_id = o.bureau_id AND v.code = o.code AND v.superseded_at IS NULL
    WHERE o.bureau_id = $1
      AND (o.kind = 'bureau' AND $5 IS NULL
           OR o.kind = 'school' AND ($5 IS NULL OR o.code = $5)
              AND ((v.opened_on IS NULL OR v.opened_on <= $4) AND (v.closed_on IS NULL OR v.closed_on > $3)
                   OR EXISTS (SELECT FROM begun WHERE begun.kind = 'school' AND begun.subject = o.code)))
), board AS (
    SELECT due.*, coalesce(begun.state, 'missing') AS state, begun.version, begun.submitted_at, begun.updated_at
    FROM due LEFT JOIN begun USING (kind, subject)
)
