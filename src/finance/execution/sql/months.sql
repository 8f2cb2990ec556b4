-- $1 the bureau  $2 the year  $3 until which day  $4 the moment  $5 a school  $6 an organisation  $7 a project
-- $8 the month of the day
WITH items AS (
    SELECT item
    FROM budget_items
    WHERE bureau_id = $1 AND year = $2 AND recorded_at <= $4 AND ($5 IS NULL OR school = $5)
        AND ($6 IS NULL OR organisation = $6) AND ($7 IS NULL OR project = $7)
), plans AS (
    SELECT item, months
    FROM payment_plans
    JOIN items USING (item)
    WHERE bureau_id = $1 AND recorded_at <= $4 AND (superseded_at IS NULL OR superseded_at > $4)
), planned AS (
    SELECT month.month::integer AS month, sum(month.amount) AS planned
    FROM plans, unnest(months) WITH ORDINALITY AS month (amount, month)
    GROUP BY 1
), executed AS (
    SELECT extract(MONTH FROM paid_on)::integer AS month, sum(amount) AS executed,
        coalesce(sum(amount) FILTER (WHERE plans.item IS NOT NULL), 0) AS executed_of_planned
    FROM payments
    JOIN items USING (item)
    LEFT JOIN plans USING (item)
    WHERE bureau_id = $1 AND year = $2 AND paid_on <= $3 AND recorded_at <= $4
    GROUP BY 1
)
SELECT month, executed, planned, coalesce(executed_of_planned, 0) AS executed_of_planned
FROM generate_series(1, $8) AS month
LEFT JOIN executed USING (month)
LEFT JOIN planned USING (month)
ORDER BY month
