CREATE TABLE submissions (
    bureau_id integer NOT NULL,
    form text NOT NULL,
    period text NOT NULL,
    school text NOT NULL,
    state text NOT NULL CHECK (state IN ('draft', 'submitted', 'returned', 'accepted', 'reopened')),
    version integer NOT NULL,
    content jsonb NOT NULL,
    revision integer NOT NULL DEFAULT 0,
    accepted_revision integer,
    late boolean NOT NULL DEFAULT false,
    submitted_by text,
    submitted_at timestamptz,
    note text,
    updated_by text NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (bureau_id, form, period, school),
    FOREIGN KEY (bureau_id, school) REFERENCES organisations
);
COMMENT ON TABLE submissions IS 'What a school is working on for a form and period, and how far it has come.';
COMMENT ON COLUMN submissions.content IS 'The working document; what was submitted stands in submission_revisions.';
COMMENT ON COLUMN submissions.revision IS 'The newest revision; 0 before the first submission.';
COMMENT ON COLUMN submissions.note IS 'Why it was returned or reopened.';

CREATE TABLE submission_revisions (
    bureau_id integer NOT NULL,
    form text NOT NULL,
    period text NOT NULL,
    school text NOT NULL,
    revision integer NOT NULL,
    form_version integer NOT NULL,
    content jsonb NOT NULL,
    warnings jsonb NOT NULL,
    late boolean NOT NULL,
    submitted_by text NOT NULL,
    submitted_at timestamptz NOT NULL,
    PRIMARY KEY (bureau_id, form, period, school, revision),
    FOREIGN KEY (bureau_id, form, period, school) REFERENCES submissions,
    FOREIGN KEY (bureau_id, form, form_version) REFERENCES form_versions
);
COMMENT ON TABLE submission_revisions IS 'What was submitted, as it was; never changed.';

-- Written only by the statement that writes their revision, so no foreign key: forty look-ups a
-- submission would halve the rate.
CREATE TABLE submission_values (
    bureau_id integer NOT NULL,
    indicator text NOT NULL,
    period text NOT NULL,
    school text NOT NULL,
    dimensions jsonb NOT NULL,
    form text NOT NULL,
    revision integer NOT NULL,
    number numeric(18, 6),
    text text,
    PRIMARY KEY (bureau_id, indicator, period, school, dimensions, form, revision)
);
COMMENT ON TABLE submission_values IS 'The reported cells of every revision; a cell without a value is not stored.';

CREATE TABLE submission_standings (
    bureau_id integer NOT NULL,
    form text NOT NULL,
    period text NOT NULL,
    school text NOT NULL,
    basis text NOT NULL CHECK (basis IN ('submitted', 'accepted')),
    valid_from timestamptz NOT NULL,
    valid_until timestamptz,
    revision integer NOT NULL,
    decided_by text NOT NULL,
    PRIMARY KEY (bureau_id, form, period, school, basis, valid_from),
    FOREIGN KEY (bureau_id, form, period, school, revision) REFERENCES submission_revisions,
    CHECK (valid_until > valid_from)
);
CREATE UNIQUE INDEX submission_standings_open ON submission_standings (bureau_id, form, period, school, basis)
    WHERE valid_until IS NULL;
COMMENT ON TABLE submission_standings IS 'Which revision counted, on which basis, from when until when: what figures rest on.';
COMMENT ON COLUMN submission_standings.decided_by IS 'Who submitted (basis submitted) or accepted (basis accepted).';

CREATE TABLE submission_extensions (
    bureau_id integer NOT NULL,
    form text NOT NULL,
    period text NOT NULL,
    school text NOT NULL,
    until date NOT NULL,
    reason text NOT NULL,
    version integer NOT NULL DEFAULT 1,
    granted_by text NOT NULL,
    granted_at timestamptz NOT NULL,
    PRIMARY KEY (bureau_id, form, period, school),
    FOREIGN KEY (bureau_id, school) REFERENCES organisations
);

ALTER TABLE submissions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE submission_revisions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE submission_values ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE submission_standings ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE submission_extensions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY tenant ON submissions USING (
    bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer
    AND (nullif(current_setting('app.school', true), '') IS NULL OR school = current_setting('app.school', true)));
CREATE POLICY tenant ON submission_revisions USING (
    bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer
    AND (nullif(current_setting('app.school', true), '') IS NULL OR school = current_setting('app.school', true)));
CREATE POLICY tenant ON submission_values USING (
    bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer
    AND (nullif(current_setting('app.school', true), '') IS NULL OR school = current_setting('app.school', true)));
CREATE POLICY tenant ON submission_standings USING (
    bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer
    AND (nullif(current_setting('app.school', true), '') IS NULL OR school = current_setting('app.school', true)));
CREATE POLICY tenant ON submission_extensions USING (
    bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer
    AND (nullif(current_setting('app.school', true), '') IS NULL OR school = current_setting('app.school', true)));

GRANT SELECT, INSERT, UPDATE ON submissions, submission_standings, submission_extensions TO jixiao_app;
GRANT SELECT, INSERT ON submission_revisions, submission_values TO jixiao_app;
