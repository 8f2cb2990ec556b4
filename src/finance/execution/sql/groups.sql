-- $1 the bureau  $2 the year  $3 until which day  $4 the moment  $5 by what  $6 a school  $7 an organisation  $8 a project
-- $9 the month of the day. The row of all groups together has the total; what has no code is a group as well.
WITH items AS (
    SELECT item, is_lump,
        CASE $5
            WHEN 'organisation' THEN organisation
            WHEN 'project' THEN project
            WHEN 'function' THEN function
            WHEN 'economic' THEN economic
            WHEN 'government_economic' THEN government_economic
            WHEN 'fund' THEN fund
            WHEN 'source' THEN source
        END AS key
    FROM budget_items
    WHERE bureau_id = $1 AND year = $2 AND recorded_at <= $4 AND ($6 IS NULL OR school = $6)
        AND ($7 IS NULL OR organisation = $7) AND ($8 IS NULL OR project = $8)
), budgets AS (
    SELECT item,
        sum(amount) FILTER (WHERE kind = 'original') AS original,
        sum(amount) FILTER (WHERE kind = 'adjustment') AS adjusted,
        sum(amount) FILTER (WHERE kind = 'received') AS received,
        sum(amount) FILTER (WHERE kind = 'detailed') AS detailed,
        sum(CASE kind WHEN 'detailed' THEN -amount ELSE amount END) AS budget
    FROM budget_entries
    WHERE bureau_id = $1 AND year = $2 AND recorded_at <= $4
    GROUP BY item
), executions AS (
    SELECT item, sum(amount) AS executed
    FROM payments
    WHERE bureau_id = $1 AND year = $2 AND paid_on <= $3 AND recorded_at <= $4
    GROUP BY item
), plans AS (
    SELECT item, (SELECT sum(amount) FROM unnest(months[1:$9]) AS month (amount)) AS planned
    FROM payment_plans
    WHERE bureau_id = $1 AND recorded_at <= $4 AND (superseded_at IS NULL OR superseded_at > $4)
), groups AS (
    SELECT key, grouping(key) = 1 AS is_total, count(*) AS items, count(planned) AS planned_items,
        coalesce(sum(original), 0) AS original, coalesce(sum(adjusted), 0) AS adjusted,
        coalesce(sum(received), 0) AS received, coalesce(sum(detailed), 0) AS detailed,
        coalesce(sum(budget), 0) AS budget, coalesce(sum(budget) FILTER (WHERE is_lump), 0) AS undetailed,
        sum(executed) AS executed, sum(planned) AS planned,
        coalesce(sum(executed) FILTER (WHERE planned IS NOT NULL), 0) AS executed_of_planned
    FROM items
    LEFT JOIN budgets USING (item)
    LEFT JOIN executions USING (item)
    LEFT JOIN plans USING (item)
    GROUP BY GROUPING SETS ((key), ())
)
SELECT groups.*,
    CASE $5
        WHEN 'organisation' THEN (
            SELECT name
            FROM organisation_versions
            WHERE bureau_id = $1 AND code = key AND recorded_at <= $4 AND (superseded_at IS NULL OR superseded_at > $4)
        )
        WHEN 'project' THEN (
            SELECT name
            FROM project_revisions
            WHERE bureau_id = $1 AND project = key AND recorded_at <= $4 AND (superseded_at IS NULL OR superseded_at > $4)
        )
    END AS name
FROM groups
ORDER BY is_total, key NULLS LAST
