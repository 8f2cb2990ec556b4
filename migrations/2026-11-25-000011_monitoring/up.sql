CREATE TABLE monitoring_rounds (
    bureau_id integer NOT NULL REFERENCES bureaus,
    round text NOT NULL,
    year integer NOT NULL,
    month integer NOT NULL CHECK (month BETWEEN 1 AND 12),
    name text NOT NULL,
    due_on date NOT NULL,
    state text NOT NULL CHECK (state IN ('open', 'closed')),
    row_version integer NOT NULL,
    read_at timestamptz NOT NULL,
    opened_by text NOT NULL,
    opened_at timestamptz NOT NULL,
    closed_by text,
    closed_at timestamptz,
    PRIMARY KEY (bureau_id, round),
    CHECK ((state = 'closed') = (closed_at IS NOT NULL AND closed_by IS NOT NULL))
);
COMMENT ON TABLE monitoring_rounds IS 'Rounds of monitoring (运行监控): how far budgets and goals have come by the end of a month.';
COMMENT ON COLUMN monitoring_rounds.due_on IS 'The day by which sheets are handed in; later is late.';
COMMENT ON COLUMN monitoring_rounds.read_at IS 'The moment as of which budgets, payments and goals were read, the last time.';

-- What a round saw never changes; when it looks again, it sees something beside that.
CREATE TABLE monitoring_readings (
    bureau_id integer NOT NULL,
    round text NOT NULL,
    project text NOT NULL,
    reading integer NOT NULL,
    school text,
    organisation text NOT NULL,
    section text NOT NULL,
    seen jsonb NOT NULL,
    light text CHECK (light IN ('red', 'yellow', 'green', 'blue')),
    as_of timestamptz NOT NULL,
    journal_position bigint NOT NULL,
    recorded_by text NOT NULL,
    PRIMARY KEY (bureau_id, round, project, reading),
    FOREIGN KEY (bureau_id, round) REFERENCES monitoring_rounds,
    FOREIGN KEY (bureau_id, project) REFERENCES projects,
    FOREIGN KEY (bureau_id, organisation) REFERENCES organisations,
    FOREIGN KEY (bureau_id, section) REFERENCES organisations,
    CHECK (school = organisation)
);
COMMENT ON TABLE monitoring_readings IS 'What a round saw of a project as of a moment: budget, execution, targets with their values, lights.';
COMMENT ON COLUMN monitoring_readings.reading IS 'Number within the sheet, from 1; the last one counts.';
COMMENT ON COLUMN monitoring_readings.light IS 'The worst light of budget and targets; null where there is none.';
COMMENT ON COLUMN monitoring_readings.journal_position IS 'How far the journal was sealed when it was read: everything up to there was seen.';

CREATE TABLE monitoring_sheets (
    bureau_id integer NOT NULL,
    round text NOT NULL,
    project text NOT NULL,
    school text,
    reading integer NOT NULL,
    state text NOT NULL CHECK (state IN ('not_begun', 'draft', 'submitted', 'returned', 'reviewed')),
    entered jsonb NOT NULL,
    note text,
    row_version integer NOT NULL,
    updated_by text NOT NULL,
    updated_at timestamptz NOT NULL,
    entered_by text,
    submitted_by text,
    submitted_at timestamptz,
    reviewed_by text,
    reviewed_at timestamptz,
    PRIMARY KEY (bureau_id, round, project),
    FOREIGN KEY (bureau_id, round, project, reading) REFERENCES monitoring_readings,
    CHECK (state IN ('not_begun', 'draft') OR (submitted_by IS NOT NULL AND submitted_at IS NOT NULL)),
    CHECK ((state = 'reviewed') = (reviewed_at IS NOT NULL AND reviewed_by IS NOT NULL))
);
COMMENT ON TABLE monitoring_sheets IS 'Sheets of a round, one a project: what its unit says to what the round saw, and how far that has come.';
COMMENT ON COLUMN monitoring_sheets.reading IS 'The reading that counts.';
COMMENT ON COLUMN monitoring_sheets.entered IS 'Expected values, likelihood, reasons and measures.';
COMMENT ON COLUMN monitoring_sheets.note IS 'What was said at the last step, such as why it was returned.';
COMMENT ON COLUMN monitoring_sheets.entered_by IS 'Who entered what it says last.';

ALTER TABLE monitoring_rounds ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE monitoring_readings ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE monitoring_sheets ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

-- A round concerns everybody in the bureau.
CREATE POLICY tenant ON monitoring_rounds USING (
    bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer);
CREATE POLICY tenant ON monitoring_readings USING (
    bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer
    AND (nullif(current_setting('app.school', true), '') IS NULL OR school = current_setting('app.school', true)));
CREATE POLICY tenant ON monitoring_sheets USING (
    bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer
    AND (nullif(current_setting('app.school', true), '') IS NULL OR school = current_setting('app.school', true)));

GRANT SELECT, INSERT ON monitoring_rounds, monitoring_readings, monitoring_sheets TO jixiao_app;
GRANT UPDATE (state, row_version, read_at, closed_by, closed_at) ON monitoring_rounds TO jixiao_app;
GRANT UPDATE (reading, state, entered, note, row_version, updated_by, updated_at, entered_by, submitted_by, submitted_at,
    reviewed_by, reviewed_at) ON monitoring_sheets TO jixiao_app;
