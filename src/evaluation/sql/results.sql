-- The final evaluations of a year, each with its rank among all of its kind and category; who sees one school sees no rank.
SELECT * FROM (
    SELECT kind, subject, name, category, school, total, grade,
           CASE WHEN $3 IS NULL THEN rank() OVER (PARTITION BY kind, category ORDER BY total DESC) END AS rank,
           CASE WHEN $3 IS NULL THEN count(*) OVER (PARTITION BY kind, category) END AS ranked_among,
           policy, action, percent, budget, suggested, reasoning, as_of, journal_position
    FROM evaluation_results
    WHERE bureau_id = $1 AND year = $2 AND ($3 IS NULL OR school = $3)
) AS ranked
WHERE ($4 IS NULL OR kind = $4) AND ($5 IS NULL OR category = $5) AND ($6 IS NULL OR grade = $6)
  AND ($7 IS NULL OR (kind, subject) > ($7, $8))
ORDER BY kind, subject LIMIT $9
