FROM goals AS g
JOIN LATERAL (
    SELECT * FROM goal_versions AS each
    WHERE each.bureau_id = g.bureau_id AND each.year = g.year AND each.goal = g.goal
        AND (NOT $4::boolean OR each.state = 'approved' AND each.approved_at <= coalesce($5::timestamptz, 'infinity')
                       AND (each.superseded_at IS NULL OR each.superseded_at > $5::timestamptz))
    ORDER BY each.version DESC LIMIT 1
) AS v ON true
LEFT JOIN goal_versions AS f
    ON f.bureau_id = g.bureau_id AND f.year = g.year AND f.goal = g.goal AND f.state = 'approved' AND f.superseded_at IS NULL
LEFT JOIN organisation_versions AS o
    ON o.bureau_id = g.bureau_id AND o.code = g.organisation AND o.recorded_at <= coalesce($5::timestamptz, 'infinity')
        AND (o.superseded_at IS NULL OR o.superseded_at > $5::timestamptz)
LEFT JOIN organisation_versions AS s
    ON s.bureau_id = g.bureau_id AND s.code = v.section AND s.recorded_at <= coalesce($5::timestamptz, 'infinity')
        AND (s.superseded_at IS NULL OR s.superseded_at > $5::timestamptz)
WHERE g.bureau_id = $1 AND g.year = $2 AND ($3::text IS NULL OR g.school = $3)
    AND ($6::text IS NULL OR g.level = $6)
    AND ($7::text IS NULL OR v.section = $7)
    AND ($8::text IS NULL OR g.organisation = $8)
    AND ($9::text IS NULL OR v.state = $9)
    AND ($10::text IS NULL OR v.parent = $10)
    AND ($11::text IS NULL OR g.goal > $11)
ORDER BY g.goal
LIMIT $12
