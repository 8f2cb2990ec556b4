-- The money of a sheet as it was known at $4, paid by the day $7, by project and part. Of a school's own project only what
-- that school has counts, so that everybody who may see the sheet sees the same. $5 is the kind, or `projects` for all of them at once.
WITH items AS (
    SELECT item, project,
           CASE WHEN source = ANY ($8) THEN 'current_appropriation' WHEN source = ANY ($9) THEN 'carried_over' ELSE 'other' END
               AS part
    FROM budget_items
    WHERE bureau_id = $1 AND year = $2 AND recorded_at <= $4
      AND CASE $5 WHEN 'project' THEN project = $3 WHEN 'school' THEN school = $3 ELSE true END
      AND ($6 IS NULL OR school = $6)
      AND ($5 <> 'projects' OR project IS NOT NULL AND NOT EXISTS (
          SELECT FROM projects
          WHERE projects.bureau_id = $1 AND projects.code = budget_items.project AND projects.school IS NOT NULL
            AND budget_items.school IS DISTINCT FROM projects.school))
)
SELECT project, part, coalesce(sum(original), 0) AS original, coalesce(sum(budget), 0) AS budget,
       coalesce(sum(executed), 0) AS executed
FROM items
-- The fences keep it at one look into an index for each item, whatever PostgreSQL knows of the tables.
CROSS JOIN LATERAL (
    SELECT sum(amount) FILTER (WHERE kind = 'original') AS original,
           sum(CASE kind WHEN 'detailed' THEN -amount ELSE amount END) AS budget
    FROM budget_entries
    WHERE bureau_id = $1 AND item = items.item AND recorded_at <= $4
    OFFSET 0
) AS budgets
CROSS JOIN LATERAL (
    SELECT sum(amount) AS executed
    FROM payments
    WHERE bureau_id = $1 AND item = items.item AND recorded_at <= $4 AND paid_on <= $7
    OFFSET 0
) AS executions
GROUP BY project, part
