-- The cards of assets that count, as they were known at the moment.
--
-- $1 the bureau  $2 the moment  $3 what is read, and the place of each school (a number by which the caller groups schools)
-- and of organisations that are no school; what has no place does not count
--
-- Depreciation is straight-line by month, the month of acquisition included, rounded for each card; where no policy says
-- what a life is, there is none to be had.
WITH asked AS MATERIALIZED (
    SELECT *
    FROM jsonb_to_recordset($3 -> 'asked') AS asked (number integer, measure text, first date, last date, lives jsonb,
        dimensions jsonb, category text[], state text[], funded_from text[])
),
held AS NOT MATERIALIZED (
    SELECT asked.number, asked.measure, asked.lives, asked.dimensions, card.asset, card.revision, card.school,
        card.category, card.value AS cost, card.recorded_by, card.recorded_at, card.stood,
        CASE WHEN card.school IS NOT NULL THEN ($3 -> 'places' ->> card.school)::integer
            ELSE coalesce(($3 ->> 'nowhere')::integer, ($3 -> 'organisations' ->> card.organisation)::integer)
        END AS place,
        (extract(year FROM last) - extract(year FROM acquired_on)) * 12
            + extract(month FROM last) - extract(month FROM acquired_on) + 1 AS months
    FROM asked
    CROSS JOIN LATERAL (
        SELECT asset, revision, organisation, school, category, value, funded_from, acquired_on, recorded_by, recorded_at,
            -- What is written off later stood in the state in which it was before that.
            CASE WHEN deregistered_on > asked.last THEN coalesce((
                SELECT earlier.state
                FROM asset_revisions AS earlier
                WHERE earlier.bureau_id = $1 AND earlier.asset = card.asset AND earlier.revision < card.revision
                    AND earlier.state <> 'deregistered'
                ORDER BY earlier.revision DESC
                LIMIT 1), state) ELSE state END AS stood
        FROM asset_revisions AS card
        WHERE bureau_id = $1 AND recorded_at <= $2 AND (superseded_at IS NULL OR superseded_at > $2)
            AND CASE asked.measure
                WHEN 'acquired' THEN acquired_on BETWEEN asked.first AND asked.last
                WHEN 'disposed' THEN deregistered_on BETWEEN asked.first AND asked.last
                ELSE acquired_on <= asked.last AND (deregistered_on IS NULL OR deregistered_on > asked.last)
            END
            AND (asked.category IS NULL OR category LIKE ANY (asked.category))
            AND (asked.funded_from IS NULL OR funded_from LIKE ANY (asked.funded_from))
        OFFSET 0
    ) AS card
    WHERE asked.state IS NULL OR card.stood LIKE ANY (asked.state)
),
aged AS NOT MATERIALIZED (
    SELECT held.*,
        CASE
            WHEN lives IS NULL THEN NULL
            WHEN lives ? category THEN
                round(cost * least(months, (lives ->> category)::integer * 12) / ((lives ->> category)::integer * 12), 2)
            ELSE 0
        END AS depreciation
    FROM held
    WHERE place IS NOT NULL
),
counted AS NOT MATERIALIZED (
    SELECT number, place, asset AS record, stood AS state, NULL::text AS entry, revision, school, recorded_by, recorded_at,
        1 AS lines,
        CASE measure
            WHEN 'cards' THEN 1
            WHEN 'depreciation' THEN depreciation
            WHEN 'net_value' THEN cost - depreciation
            ELSE cost
        END AS value,
        (SELECT coalesce(jsonb_object_agg(key, category), '{}') FROM jsonb_object_keys(dimensions) AS kept (key))
            AS dimensions
    FROM aged
)
