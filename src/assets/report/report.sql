-- $1 the bureau  $2 a school  $3 lives in years, by category  $4 the first and $5 the last day of the year
-- $6 the moment  $7 whether by category, rather than by organisation
WITH lives AS (
    SELECT category, years::integer * 12 AS months
    FROM jsonb_each_text($3) AS life (category, years)
    WHERE years::integer > 0
), dated AS (
    SELECT CASE WHEN $7 THEN r.category ELSE r.organisation END AS key, r.value, lives.months AS life,
        r.acquired_on < $4 AS opened, coalesce(r.deregistered_on <= $5, false) AS ended,
        extract(year FROM $4::date) * 12 + extract(month FROM $4::date) AS first_month,
        extract(year FROM r.acquired_on) * 12 + extract(month FROM r.acquired_on) AS acquired_month,
        -- The month after the last one that is charged: that of writing off is not.
        CASE WHEN r.deregistered_on <= $5
            THEN extract(year FROM r.deregistered_on) * 12 + extract(month FROM r.deregistered_on)
            ELSE extract(year FROM $5::date) * 12 + extract(month FROM $5::date) + 1
        END AS end_month
    FROM asset_revisions AS r
    LEFT JOIN lives ON lives.category = r.category
    WHERE r.bureau_id = $1 AND ($2 IS NULL OR r.school = $2)
        AND r.recorded_at <= $6 AND (r.superseded_at IS NULL OR r.superseded_at > $6)
        AND r.acquired_on <= $5 AND (r.deregistered_on IS NULL OR r.deregistered_on >= $4)
), cards AS (
    SELECT key, value, opened, ended,
        coalesce(round(value * least(life, greatest(0, first_month - acquired_month)) / life, 2), 0) AS before,
        coalesce(round(value * least(life, greatest(0, end_month - acquired_month)) / life, 2), 0) AS after
    FROM dated
)
SELECT key, grouping(key) = 1 AS is_total,
    count(*) FILTER (WHERE opened) AS opening_count,
    coalesce(sum(value) FILTER (WHERE opened), 0) AS opening_cost,
    coalesce(sum(before), 0) AS opening_accumulated,
    count(*) FILTER (WHERE NOT opened) AS additions_count,
    coalesce(sum(value) FILTER (WHERE NOT opened), 0) AS additions_cost,
    coalesce(sum(after - before), 0) AS charge,
    count(*) FILTER (WHERE ended) AS disposals_count,
    coalesce(sum(value) FILTER (WHERE ended), 0) AS disposals_cost,
    coalesce(sum(after) FILTER (WHERE ended), 0) AS disposals_accumulated,
    count(*) FILTER (WHERE NOT ended) AS closing_count,
    coalesce(sum(value) FILTER (WHERE NOT ended), 0) AS closing_cost,
    coalesce(sum(after) FILTER (WHERE NOT ended), 0) AS closing_accumulated
FROM cards
GROUP BY GROUPING SETS ((key), ())
ORDER BY is_total, key
