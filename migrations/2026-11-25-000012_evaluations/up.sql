CREATE TABLE evaluations (
    bureau_id integer NOT NULL REFERENCES bureaus,
    year integer NOT NULL,
    kind text NOT NULL CHECK (kind IN ('project', 'school', 'department')),
    subject text NOT NULL,
    organisation text NOT NULL,
    school text,
    state text NOT NULL CHECK (state IN ('draft', 'submitted', 'returned', 'reviewed', 'final')),
    version integer NOT NULL,
    content jsonb NOT NULL,
    corrections jsonb NOT NULL DEFAULT '[]',
    opinion text,
    note text,
    submitted_by text,
    submitted_at timestamptz,
    reviewed_by text,
    reviewed_at timestamptz,
    updated_by text NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (bureau_id, year, kind, subject),
    FOREIGN KEY (bureau_id, organisation) REFERENCES organisations,
    CHECK (school = organisation),
    CHECK (state NOT IN ('submitted', 'reviewed', 'final') OR submitted_by IS NOT NULL),
    CHECK (state NOT IN ('reviewed', 'final') OR reviewed_by IS NOT NULL)
);
COMMENT ON TABLE evaluations IS 'Evaluations of a year (绩效评价): how far each has come, and what people entered. What is computed is not kept.';
COMMENT ON COLUMN evaluations.subject IS 'Code of the project, of the school, or of the bureau.';
COMMENT ON COLUMN evaluations.organisation IS 'The unit that is evaluated, or whose project is.';
COMMENT ON COLUMN evaluations.content IS 'Scores of qualitative targets, reasons and measures, as the unit entered them.';
COMMENT ON COLUMN evaluations.corrections IS 'Scores as the review corrected them, each with its reason.';
COMMENT ON COLUMN evaluations.opinion IS 'What the review says of the whole.';
COMMENT ON COLUMN evaluations.note IS 'Why it was returned.';

CREATE TABLE evaluation_results (
    bureau_id integer NOT NULL,
    year integer NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    school text,
    name text NOT NULL,
    category text,
    as_of timestamptz NOT NULL,
    journal_position bigint NOT NULL CHECK (journal_position >= 0),
    content jsonb NOT NULL,
    corrections jsonb NOT NULL,
    sheet jsonb NOT NULL,
    policy text NOT NULL,
    total numeric(5, 2) NOT NULL CHECK (total BETWEEN 0 AND 100),
    grade text NOT NULL CHECK (grade IN ('excellent', 'good', 'fair', 'poor')),
    budget numeric(18, 2) NOT NULL,
    action text NOT NULL,
    percent integer NOT NULL CHECK (percent >= 0),
    suggested numeric(18, 2) NOT NULL,
    reasoning jsonb NOT NULL,
    finalised_by text NOT NULL,
    PRIMARY KEY (bureau_id, year, kind, subject),
    FOREIGN KEY (bureau_id, year, kind, subject) REFERENCES evaluations
);
COMMENT ON TABLE evaluation_results IS 'Final evaluations, frozen: the sheet, and all that it takes to compute it again. Nothing of it ever changes.';
COMMENT ON COLUMN evaluation_results.category IS 'Of the project.';
COMMENT ON COLUMN evaluation_results.as_of IS 'The moment as of which everything was read; it became final then.';
COMMENT ON COLUMN evaluation_results.journal_position IS 'Where the sealed journal ended then.';
COMMENT ON COLUMN evaluation_results.policy IS 'Code of the policy by which it was scored.';
COMMENT ON COLUMN evaluation_results.budget IS 'The whole budget of the year, in yuan.';
COMMENT ON COLUMN evaluation_results.suggested IS 'The budget that the policy suggests for the next year.';

ALTER TABLE evaluations ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE evaluation_results ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY tenant ON evaluations USING (
    bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer
    AND (nullif(current_setting('app.school', true), '') IS NULL OR school = current_setting('app.school', true)));
CREATE POLICY tenant ON evaluation_results USING (
    bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer
    AND (nullif(current_setting('app.school', true), '') IS NULL OR school = current_setting('app.school', true)));

GRANT SELECT, INSERT ON evaluations, evaluation_results TO jixiao_app;
GRANT UPDATE (state, version, content, corrections, opinion, note, submitted_by, submitted_at, reviewed_by, reviewed_at,
              updated_by, updated_at) ON evaluations TO jixiao_app;
