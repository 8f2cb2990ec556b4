CREATE TABLE rectification_revisions (
    bureau_id integer NOT NULL REFERENCES bureaus,
    code text NOT NULL,
    revision integer NOT NULL,
    organisation text NOT NULL,
    school text,
    section text NOT NULL,
    source text NOT NULL CHECK (source IN ('monitoring', 'self_evaluation', 'departmental_evaluation',
        'fiscal_evaluation', 'internal_audit', 'external_audit', 'safety_inspection')),
    subject_type text,
    subject text,
    finding text NOT NULL,
    measure text,
    owner text,
    found_on date NOT NULL,
    due_on date NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'in_progress', 'resolved', 'verified')),
    timeline jsonb NOT NULL,
    action text NOT NULL,
    note text,
    recorded_by text NOT NULL,
    recorded_at timestamptz NOT NULL,
    superseded_at timestamptz,
    PRIMARY KEY (bureau_id, code, revision),
    FOREIGN KEY (bureau_id, organisation) REFERENCES organisations,
    FOREIGN KEY (bureau_id, section) REFERENCES organisations,
    CHECK (school = organisation),
    CHECK (due_on >= found_on),
    CHECK ((subject_type IS NULL) = (subject IS NULL)),
    CHECK (superseded_at > recorded_at)
);
COMMENT ON TABLE rectification_revisions IS 'Rectifications (整改) of all sources: what was known of each, from when until when.';
COMMENT ON COLUMN rectification_revisions.organisation IS 'The unit that has to put it right.';
COMMENT ON COLUMN rectification_revisions.section IS 'The section that watches over it.';
COMMENT ON COLUMN rectification_revisions.subject IS 'What it was found in, as the journal names it: a project, a monitoring sheet, an evaluation.';
COMMENT ON COLUMN rectification_revisions.timeline IS 'The states in their order, each with the day on which it was entered.';
CREATE UNIQUE INDEX rectification_revisions_current ON rectification_revisions (bureau_id, code)
    WHERE superseded_at IS NULL;
CREATE INDEX rectification_revisions_by_due ON rectification_revisions (bureau_id, due_on, code)
    WHERE superseded_at IS NULL;
CREATE INDEX rectification_revisions_by_subject ON rectification_revisions (bureau_id, subject_type, subject)
    WHERE superseded_at IS NULL AND subject IS NOT NULL;

ALTER TABLE rectification_revisions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON rectification_revisions USING (
    bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer
    AND (nullif(current_setting('app.school', true), '') IS NULL OR school = current_setting('app.school', true)));
GRANT SELECT, INSERT ON rectification_revisions TO jixiao_app;
GRANT UPDATE (superseded_at) ON rectification_revisions TO jixiao_app;
