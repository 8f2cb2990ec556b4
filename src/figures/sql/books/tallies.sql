SELECT number, place, dimensions, sum(lines)::bigint AS records,
    sum(CASE WHEN value IS NULL THEN 0 ELSE lines END)::bigint AS reported, coalesce(sum(value), 0)::numeric AS total
FROM counted
GROUP BY number, place, dimensions
