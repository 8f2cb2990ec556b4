SELECT g.goal, g.level, g.organisation, o.name AS organisation_name, v.section, g.project, v.parent, v.name, v.version,
       v.state, f.version AS in_force, jsonb_array_length(v.content -> 'targets')::bigint AS targets
