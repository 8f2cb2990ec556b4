SELECT indicator, span, place, dimensions - dropped AS dimensions, count(DISTINCT school) AS reports,
    max(since) AS since, count(*) AS cells, sum(number) AS total, min(number) AS least, max(number) AS most
FROM counted
GROUP BY indicator, span, place, dimensions - dropped
