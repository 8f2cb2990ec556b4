lines AS NOT MATERIALIZED (
    SELECT line.*, 1 AS lines FROM line
),
