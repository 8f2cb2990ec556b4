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
COMMENT ON COLUMN goal_versions.superseded_at IS 'When the next version was approved; null: this one counts, where it is approved.';
CREATE UNIQUE INDEX goal_versions_in_force ON goal_versions (bureau_id, year, goal)
    WHERE state = 'approved' AND superseded_at IS NULL;
CREATE UNIQUE INDEX goal_versions_in_work ON goal_versions (bureau_id, year, goal) WHERE state <> 'approved';

ALTER TABLE goals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE goal_versions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY tenant ON goals USING (
    bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer
    AND (nullif(current_setting('app.school', true), '') IS NULL OR school = current_setting('app.school', true)));
CREATE POLICY tenant ON goal_versions USING (
    bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer
    AND (nullif(current_setting('app.school', true), '') IS NULL OR school = current_setting('app.school', true)));

GRANT SELECT, INSERT ON goals, goal_versions TO jixiao_app;
GRANT UPDATE ON goal_versions TO jixiao_app;
