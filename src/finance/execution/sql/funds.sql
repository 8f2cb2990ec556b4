-- $1 the bureau  $2 the year  $3 until which day was paid  $4 the moment  $5 by what  $6 a school
-- $7, $8 sources that are this year's appropriation, and what was carried over
WITH items AS (
    SELECT item, source, CASE $5 WHEN 'project' THEN project WHEN 'organisation' THEN organisation ELSE '' END AS key
    FROM budget_items
    WHERE bureau_id = $1 AND year = $2 AND recorded_at <= $4 AND ($6 IS NULL OR school = $6)
), budgets AS (
    SELECT item, sum(amount) FILTER (WHERE kind = 'original') AS original,
        sum(CASE kind WHEN 'detailed' THEN -amount ELSE amount END) AS budget
    FROM budget_entries
    WHERE bureau_id = $1 AND year = $2 AND recorded_at <= $4
    GROUP BY item
), executions AS (
    SELECT item, sum(amount) AS executed
    FROM payments
    WHERE bureau_id = $1 AND year = $2 AND paid_on <= $3 AND recorded_at <= $4
    GROUP BY item
)
SELECT items.key,
    CASE WHEN source = ANY ($7) THEN 'current' WHEN source = ANY ($8) THEN 'carried_over' ELSE 'other' END AS origin,
    coalesce(sum(original), 0) AS original, coalesce(sum(budget), 0) AS budget, coalesce(sum(executed), 0) AS executed
FROM items
LEFT JOIN budgets USING (item)
LEFT JOIN executions USING (item)
WHERE items.key IS NOT NULL
GROUP BY 1, 2
