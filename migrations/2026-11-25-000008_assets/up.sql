CREATE TABLE asset_revisions (
    bureau_id integer NOT NULL REFERENCES bureaus,
    asset text NOT NULL,
    revision integer NOT NULL,
    organisation text NOT NULL,
    school text,
    name text NOT NULL,
    category text NOT NULL,
    value numeric(18, 2) NOT NULL CHECK (value >= 0),
    acquired_on date NOT NULL,
    funded_from text,
    place text,
    user_name text,
    state text NOT NULL CHECK (state IN ('in_use', 'idle', 'lent', 'in_disposal', 'deregistered')),
    deregistered_on date,
    action text NOT NULL,
    note text,
    recorded_by text NOT NULL,
    recorded_at timestamptz NOT NULL,
    superseded_at timestamptz,
    PRIMARY KEY (bureau_id, asset, revision),
    FOREIGN KEY (bureau_id, organisation) REFERENCES organisations,
    CHECK (school = organisation),
    CHECK ((state = 'deregistered') = (deregistered_on IS NOT NULL)),
    CHECK (superseded_at > recorded_at)
);
COMMENT ON TABLE asset_revisions IS 'Cards of fixed assets (资产卡片): what was known of each, from when until when.';
COMMENT ON COLUMN asset_revisions.asset IS 'The card''s code: it stands for the same thing for ever.';
COMMENT ON COLUMN asset_revisions.value IS 'What it cost, in yuan.';
COMMENT ON COLUMN asset_revisions.deregistered_on IS 'The day on which it was written off; from that day on it is not held any more.';
CREATE UNIQUE INDEX asset_revisions_current ON asset_revisions (bureau_id, asset) WHERE superseded_at IS NULL;

ALTER TABLE asset_revisions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON asset_revisions USING (
    bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer
    AND (nullif(current_setting('app.school', true), '') IS NULL OR school = current_setting('app.school', true)));
GRANT SELECT, INSERT ON asset_revisions TO jixiao_app;
GRANT UPDATE (superseded_at) ON asset_revisions TO jixiao_app;
