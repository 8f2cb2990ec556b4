CREATE TABLE projects (
    bureau_id integer NOT NULL REFERENCES bureaus,
    code text NOT NULL,
    organisation text NOT NULL,
    school text,
    PRIMARY KEY (bureau_id, code),
    FOREIGN KEY (bureau_id, organisation) REFERENCES organisations,
    CHECK (school = organisation)
);
COMMENT ON TABLE projects IS 'A code and whose project it stands for, for ever; what changes is in project_revisions.';
COMMENT ON COLUMN projects.organisation IS 'The unit that spends: a school, a section, or the bureau.';
COMMENT ON COLUMN projects.school IS 'The unit, where it is a school; null: it is the bureau''s.';

CREATE TABLE project_revisions (
    bureau_id integer NOT NULL,
    project text NOT NULL,
    revision integer NOT NULL,
    school text,
    name text NOT NULL,
    category text NOT NULL CHECK (category IN ('personnel', 'operation', 'specific')),
    section text NOT NULL,
    first_year integer NOT NULL,
    last_year integer NOT NULL,
    is_key boolean NOT NULL,
    is_special_fund boolean NOT NULL,
    summary text,
    state text NOT NULL CHECK (state IN
        ('proposed', 'appraised', 'in_budget', 'under_way', 'completed', 'closed', 'rejected')),
    action text NOT NULL,
    note text,
    recorded_by text NOT NULL,
    recorded_at timestamptz NOT NULL,
    superseded_at timestamptz,
    PRIMARY KEY (bureau_id, project, revision),
    FOREIGN KEY (bureau_id, project) REFERENCES projects,
    FOREIGN KEY (bureau_id, section) REFERENCES organisations,
    CHECK (first_year <= last_year),
    CHECK (superseded_at > recorded_at)
);
COMMENT ON TABLE project_revisions IS 'What was known of a project, from when until when.';
COMMENT ON COLUMN project_revisions.school IS 'As in projects: row-level security looks at it.';
COMMENT ON COLUMN project_revisions.section IS 'The section that is responsible for it.';
COMMENT ON COLUMN project_revisions.action IS 'What made the revision: propose, update, or a step of its life.';
CREATE UNIQUE INDEX project_revisions_current ON project_revisions (bureau_id, project) WHERE superseded_at IS NULL;

CREATE TABLE project_appraisals (
    bureau_id integer NOT NULL,
    project text NOT NULL,
    appraisal integer NOT NULL,
    school text,
    revision integer NOT NULL,
    policy text NOT NULL,
    scores jsonb NOT NULL,
    total numeric(5, 2) NOT NULL CHECK (total BETWEEN 0 AND 100),
    by_points text NOT NULL CHECK (by_points IN ('supported', 'partly_supported', 'rejected')),
    conclusion text NOT NULL CHECK (conclusion IN ('supported', 'partly_supported', 'rejected')),
    reason text,
    opinion text NOT NULL,
    recorded_by text NOT NULL,
    recorded_at timestamptz NOT NULL,
    PRIMARY KEY (bureau_id, project, appraisal),
    FOREIGN KEY (bureau_id, project, revision) REFERENCES project_revisions,
    CHECK (by_points = conclusion OR reason IS NOT NULL)
);
COMMENT ON TABLE project_appraisals IS 'What an appraisal found; the last of a project counts, and none is changed.';
COMMENT ON COLUMN project_appraisals.revision IS 'The revision of the project that was appraised.';
COMMENT ON COLUMN project_appraisals.policy IS 'Code of the policy by which it was appraised.';
COMMENT ON COLUMN project_appraisals.by_points IS 'What the total alone comes to; the conclusion is that, or lower for a reason.';
COMMENT ON COLUMN project_appraisals.scores IS 'Of each criterion: its code, weight, score and reason.';

ALTER TABLE projects ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE project_revisions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE project_appraisals ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY tenant ON projects USING (
    bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer
    AND (nullif(current_setting('app.school', true), '') IS NULL OR school = current_setting('app.school', true)));
CREATE POLICY tenant ON project_revisions USING (
    bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer
    AND (nullif(current_setting('app.school', true), '') IS NULL OR school = current_setting('app.school', true)));
CREATE POLICY tenant ON project_appraisals USING (
    bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer
    AND (nullif(current_setting('app.school', true), '') IS NULL OR school = current_setting('app.school', true)));

GRANT SELECT, INSERT ON projects, project_revisions, project_appraisals TO jixiao_app;
GRANT UPDATE (superseded_at) ON project_revisions TO jixiao_app;
