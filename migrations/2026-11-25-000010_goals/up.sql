CREATE TABLE goals (
    bureau_id integer NOT NULL REFERENCES bureaus,
    year integer NOT NULL,
    goal text NOT NULL,
    level text NOT NULL CHECK (level IN ('overall', 'duty', 'activity', 'project')),
    organisation text NOT NULL,
    school text,
    project text,
    PRIMARY KEY (bureau_id, year, goal),
    FOREIGN KEY (bureau_id, organisation) REFERENCES organisations,
    FOREIGN KEY (bureau_id, project) REFERENCES projects,
    CHECK (school = organisation),
    CHECK ((level = 'project') = (project IS NOT NULL))
);
COMMENT ON TABLE goals IS 'A year''s performance goals (绩效目标): what a code stands for; what changes is in goal_versions.';
CREATE UNIQUE INDEX goals_of_projects ON goals (bureau_id, year, project) WHERE project IS NOT NULL;

CREATE TABLE goal_versions (
    bureau_id integer NOT NULL,
    year integer NOT NULL,
    goal text NOT NULL,
    version integer NOT NULL,
    school text,
    section text NOT NULL,
    parent text,
    name text NOT NULL,
    content jsonb NOT NULL,
    state text NOT NULL CHECK (state IN ('draft', 'submitted', 'reviewed', 'returned', 'approved')),
    row_version integer NOT NULL,
    reason text,
    review jsonb,
    last_year jsonb,
    note text,
    submitted_by text,
    reviewed_by text,
    approved_by text,
    approved_at timestamptz,
    superseded_at timestamptz,
    updated_by text NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (bureau_id, year, goal, version),
    FOREIGN KEY (bureau_id, year, goal) REFERENCES goals,
    FOREIGN KEY (bureau_id, year, parent) REFERENCES goals,
    FOREIGN KEY (bureau_id, section) REFERENCES organisations,
    CHECK ((state = 'approved') = (approved_at IS NOT NULL)),
    CHECK (superseded_at > approved_at)
);
COMMENT ON TABLE goal_versions IS 'Versions of a goal. One that was approved never changes; the next one says why it is made.';
COMMENT ON COLUMN goal_versions.content IS 'What is to be reached, the measures, and the targets.';
COMMENT ON COLUMN goal_versions.reason IS 'Why it amends the version before; null in the first.';
COMMENT ON COLUMN goal_versions.row_version IS 'Of all versions of a goal, the greatest is its entity tag.';
COMMENT ON COLUMN goal_versions.review IS 'What the review found: the scores of its criteria, the total, the grade.';
COMMENT ON COLUMN goal_versions.last_year IS 'Of a goal that was copied: what its targets came to in the year before.';
COMMENT ON COLUMN goal_versions.updated_by IS 'Who changed the content last; neither they nor who submitted it decide.';
COMMENT ON COLUMN goal_versions.superseded_at IS 'When the next version was approved; null: this one counts, where it is approved.';
CREATE UNIQUE INDEX goal_versions_in_force ON goal_versions (bureau_id, year, goal)
    WHERE state = 'approved' AND superseded_at IS NULL;
CREATE UNIQUE INDEX goal_versions_in_work ON goal_versions (bureau_id, year, goal) WHERE state <> 'approved';
CREATE INDEX goal_versions_below ON goal_versions (bureau_id, year, parent) WHERE parent IS NOT NULL;

-- Whatever a statement of the service says: what was handed in does not change, what was approved only comes to its end,
-- and nothing but a draft is thrown away.
CREATE FUNCTION guard_goal_versions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state IN ('draft', 'returned') THEN
        IF TG_OP = 'DELETE' THEN
            RETURN OLD;
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF OLD.state = 'approved' THEN
            OLD.superseded_at := coalesce(OLD.superseded_at, NEW.superseded_at);
            IF NEW IS NOT DISTINCT FROM OLD THEN
                RETURN NEW;
            END IF;
        ELSIF (NEW.section, NEW.parent, NEW.name, NEW.content) IS NOT DISTINCT FROM
              (OLD.section, OLD.parent, OLD.name, OLD.content) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE insufficient_privilege
        USING MESSAGE = format('permission denied: version %s of the goal %s/%s is frozen', OLD.version, OLD.year, OLD.goal);
END
$$;
CREATE TRIGGER guard BEFORE UPDATE OR DELETE ON goal_versions FOR EACH ROW EXECUTE FUNCTION guard_goal_versions();

ALTER TABLE goals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE goal_versions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY tenant ON goals USING (
    bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer
    AND (nullif(current_setting('app.school', true), '') IS NULL OR school = current_setting('app.school', true)));
CREATE POLICY tenant ON goal_versions USING (
    bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer
    AND (nullif(current_setting('app.school', true), '') IS NULL OR school = current_setting('app.school', true)));

GRANT SELECT, INSERT, DELETE ON goals, goal_versions TO jixiao_app;
GRANT UPDATE (section, parent, name, content, state, row_version, review, note, submitted_by, reviewed_by, approved_by,
              approved_at, superseded_at, updated_by, updated_at) ON goal_versions TO jixiao_app;
