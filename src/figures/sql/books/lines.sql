-- The lines of the ledger: entries of budget items, payments and plans that were known at the moment.
--
-- $1 the bureau  $2 the moment  $3 what is read, the spans of time in which, and the place of each school (a number by
-- which the caller groups schools) and of organisations that are no school; what has no place does not count
--
-- What is dated before its fiscal year counts from the first day of that.
WITH asked AS MATERIALIZED (
    SELECT *
    FROM jsonb_to_recordset($3 -> 'asked') AS asked (number integer, span integer, signs jsonb, dimensions jsonb,
        without_project boolean, category text[], project text[], function text[], economic text[],
        government_economic text[], fund text[], source text[], payment_type text[], is_procurement text[],
        is_lump text[])
),
spans AS MATERIALIZED (
    SELECT *
    FROM jsonb_to_recordset($3 -> 'spans') AS spans (span integer, first date, last date, since_year integer,
        until_year integer, kinds text[])
),
items AS MATERIALIZED (
    SELECT item.*, (SELECT category FROM project_revisions AS known
        WHERE known.bureau_id = $1 AND known.project = item.project
            AND known.recorded_at <= $2 AND (known.superseded_at IS NULL OR known.superseded_at > $2)) AS category
    FROM (
        SELECT item, year, school, project, function, economic, government_economic, fund, source, is_procurement, is_lump,
            CASE WHEN school IS NOT NULL THEN ($3 -> 'places' ->> school)::integer
                ELSE coalesce(($3 ->> 'nowhere')::integer, ($3 -> 'organisations' ->> organisation)::integer) END AS place
        FROM budget_items
        WHERE bureau_id = $1 AND year BETWEEN (SELECT min(since_year) FROM spans) AND (SELECT max(until_year) FROM spans)
        OFFSET 0
    ) AS item
    WHERE place IS NOT NULL
),
line AS NOT MATERIALIZED (
    SELECT span, item, kind, NULL::text AS payment_type, entry::text AS entry, 1 AS revision, amount, recorded_by,
        recorded_at
    FROM spans
    CROSS JOIN LATERAL (
        SELECT item, kind, entry, amount, recorded_by, recorded_at
        FROM budget_entries
        WHERE bureau_id = $1 AND year BETWEEN since_year AND until_year AND kind = ANY (kinds)
            AND greatest(day, make_date(year, 1, 1)) BETWEEN first AND last AND recorded_at <= $2
        OFFSET 0
    ) AS entries
    UNION ALL
    SELECT span, item, 'payment', payment_type, voucher, 1, amount, recorded_by, recorded_at
    FROM spans
    CROSS JOIN LATERAL (
        SELECT item, payment_type, voucher, amount, recorded_by, recorded_at
        FROM payments
        WHERE bureau_id = $1 AND year BETWEEN since_year AND until_year
            AND greatest(paid_on, make_date(year, 1, 1)) BETWEEN first AND last AND recorded_at <= $2
        OFFSET 0
    ) AS paid
    WHERE 'payment' = ANY (kinds)
    UNION ALL
    SELECT span, item, 'plan', NULL, NULL, revision, planned, recorded_by, recorded_at
    FROM spans
    CROSS JOIN LATERAL (
        SELECT plan.item, revision, plan.recorded_by, plan.recorded_at, (
            SELECT sum(amount)
            FROM unnest(months) WITH ORDINALITY AS months (amount, month)
            WHERE make_date(items.year, month::integer, 1) BETWEEN first AND last
        ) AS planned
        FROM items
        JOIN payment_plans AS plan ON plan.bureau_id = $1 AND plan.item = items.item
        WHERE items.year BETWEEN since_year AND until_year
            AND plan.recorded_at <= $2 AND (plan.superseded_at IS NULL OR plan.superseded_at > $2)
        OFFSET 0
    ) AS plans
    WHERE 'plan' = ANY (kinds) AND planned IS NOT NULL
),
