SELECT i.item, i.year, i.parent, i.is_lump, i.organisation, unit.name AS organisation_name, i.school, i.project, i.name,
    i.division_code, i.agency_code, i.function, i.economic, i.government_economic, i.fund, i.source, i.is_procurement,
    i.original, i.adjusted, i.received, i.detailed, i.paid, i.recorded_by, i.recorded_at
FROM budget_items AS i
LEFT JOIN LATERAL (
    SELECT name
    FROM organisation_versions
    WHERE bureau_id = $1 AND code = i.organisation AND superseded_at IS NULL
    OFFSET 0
) AS unit ON true
WHERE i.bureau_id = $1 AND ($2 IS NULL OR i.school = $2)
