-- Different values are told apart before they are counted: both steps can then be done by hashing.
SELECT indicator, earlier, place, by_1, by_2, by_3, sum(records)::bigint AS records, sum(reported)::bigint AS reported,
    CASE WHEN is_sum THEN coalesce(sum(total), 0) WHEN is_distinct THEN count(text)::numeric ELSE sum(records) END AS value
FROM (
    SELECT indicator, earlier, place, by_1, by_2, by_3, is_sum, is_distinct, text, count(*) AS records,
        CASE WHEN is_sum THEN count(number) WHEN is_distinct THEN count(text) ELSE count(*) END AS reported,
        sum(number) AS total
    FROM counted
    GROUP BY indicator, earlier, place, by_1, by_2, by_3, is_sum, is_distinct, text
) AS values
GROUP BY indicator, earlier, place, by_1, by_2, by_3, is_sum, is_distinct
