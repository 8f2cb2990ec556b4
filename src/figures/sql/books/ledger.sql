counted AS NOT MATERIALIZED (
    SELECT asked.number, place, lines.*, (signs ->> kind)::integer * amount AS value, item AS record, kind AS state, school,
        CASE WHEN dimensions = '{}' THEN dimensions
            ELSE (SELECT coalesce(jsonb_object_agg(key, label), '{}')
                  FROM jsonb_each_text(dimensions) AS kept (key, name)
                  CROSS JOIN LATERAL (SELECT CASE name
                      WHEN 'project' THEN items.project
                      WHEN 'function' THEN items.function
                      WHEN 'economic' THEN items.economic
                      WHEN 'government_economic' THEN items.government_economic
                      WHEN 'fund' THEN items.fund
                      WHEN 'source' THEN items.source
                      WHEN 'payment_type' THEN lines.payment_type
                  END AS label) AS named
                  WHERE label IS NOT NULL)
        END AS dimensions
    FROM asked
    JOIN lines ON lines.span = asked.span AND signs ? kind
    JOIN items USING (item)
    WHERE (asked.category IS NULL OR items.category LIKE ANY (asked.category))
        AND (asked.project IS NULL OR items.project LIKE ANY (asked.project))
        AND (NOT asked.without_project OR items.project IS NULL)
        AND (asked.function IS NULL OR items.function LIKE ANY (asked.function))
        AND (asked.economic IS NULL OR items.economic LIKE ANY (asked.economic))
        AND (asked.government_economic IS NULL OR items.government_economic LIKE ANY (asked.government_economic))
        AND (asked.fund IS NULL OR items.fund LIKE ANY (asked.fund))
        AND (asked.source IS NULL OR items.source LIKE ANY (asked.source))
        AND (asked.payment_type IS NULL OR lines.payment_type LIKE ANY (asked.payment_type))
        AND (asked.is_procurement IS NULL OR items.is_procurement::text LIKE ANY (asked.is_procurement))
        AND (asked.is_lump IS NULL OR items.is_lump::text LIKE ANY (asked.is_lump))
)
