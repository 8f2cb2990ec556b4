-- What is asked of many groups at once is added up by item first.
lines AS MATERIALIZED (
    SELECT span, item, kind, payment_type, count(*) AS lines, sum(amount) AS amount
    FROM line
    GROUP BY span, item, kind, payment_type
),
