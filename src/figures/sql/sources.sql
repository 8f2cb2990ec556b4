SELECT indicator, form, span, place, dimensions, number, text, revision, since, decided_by,
    revised.submitted_by, revised.submitted_at
FROM counted
CROSS JOIN LATERAL (
    SELECT submitted_by, submitted_at
    FROM submission_revisions
    WHERE bureau_id = $1 AND form = counted.form AND period = counted.period AND school = counted.school
        AND revision = counted.revision
    OFFSET 0
) AS revised
WHERE $5 IS NULL OR (indicator, period, school, dimensions) > ($5, $6, $7, $8)
ORDER BY indicator, period, school, dimensions
LIMIT $9
