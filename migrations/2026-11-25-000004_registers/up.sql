CREATE TABLE register_versions (
    bureau_id integer NOT NULL,
    register text NOT NULL,
    version integer NOT NULL,
    definition jsonb NOT NULL,
    catalogue_version integer NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by text NOT NULL,
    PRIMARY KEY (bureau_id, register, version),
    FOREIGN KEY (bureau_id, catalogue_version) REFERENCES catalogue_versions
);
COMMENT ON TABLE register_versions IS 'Every version of a register''s definition, as it was.';

CREATE TABLE register_revisions (
    bureau_id integer NOT NULL,
    register text NOT NULL,
    record text NOT NULL,
    revision integer NOT NULL,
    register_version integer NOT NULL,
    school text,
    state text NOT NULL,
    timeline jsonb NOT NULL,
    fields jsonb NOT NULL,
    explanations jsonb NOT NULL,
    withdrawn boolean NOT NULL,
    action text NOT NULL,
    note text,
    recorded_by text NOT NULL,
    recorded_at timestamptz NOT NULL,
    superseded_at timestamptz,
    PRIMARY KEY (bureau_id, register, record, revision),
    FOREIGN KEY (bureau_id, register, register_version) REFERENCES register_versions,
    FOREIGN KEY (bureau_id, school) REFERENCES organisations,
    CHECK (superseded_at > recorded_at)
);
COMMENT ON TABLE register_revisions IS 'What was known of a record, from when until when.';
COMMENT ON COLUMN register_revisions.record IS 'The record''s code: it stands for the same thing for ever.';
COMMENT ON COLUMN register_revisions.timeline IS 'The states in their order, each with the day on which the record entered it; the last is its state.';
COMMENT ON COLUMN register_revisions.action IS 'What made the revision: create, update, withdraw, restore, or a transition.';
COMMENT ON COLUMN register_revisions.superseded_at IS 'When the next revision was recorded; null: this is the current one.';
CREATE UNIQUE INDEX register_revisions_current ON register_revisions (bureau_id, register, record)
    WHERE superseded_at IS NULL;
-- Who has a value that must be unique, or refers to a record; and the lists that ask for a value.
CREATE INDEX register_revisions_fields ON register_revisions USING gin (fields jsonb_path_ops)
    WHERE superseded_at IS NULL;

ALTER TABLE register_versions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE register_revisions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY tenant ON register_versions USING (bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer);
-- What is the bureau's own (no school) a school does not see.
CREATE POLICY tenant ON register_revisions USING (
    bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer
    AND (nullif(current_setting('app.school', true), '') IS NULL OR school = current_setting('app.school', true)));

GRANT SELECT, INSERT ON register_versions, register_revisions TO jixiao_app;
GRANT UPDATE (superseded_at) ON register_revisions TO jixiao_app;
