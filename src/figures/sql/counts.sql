SELECT number, place, dimensions, count(*) AS records,
    CASE measure WHEN 'records' THEN count(*) ELSE count(value) END AS reported,
    CASE measure
        WHEN 'records' THEN count(*)
        WHEN 'distinct' THEN count(DISTINCT CASE measure WHEN 'distinct' THEN value END)
        ELSE coalesce(sum(CASE measure WHEN 'sum' THEN value::numeric END), 0)
    END AS total
FROM counted
GROUP BY number, place, dimensions, measure
