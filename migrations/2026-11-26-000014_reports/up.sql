CREATE TABLE reports (
    bureau_id integer NOT NULL REFERENCES bureaus,
    code text NOT NULL,
    template text NOT NULL,
    year integer NOT NULL,
    number integer NOT NULL CHECK (number > 0),
    title text NOT NULL,
    state text NOT NULL CHECK (state IN ('draft', 'returned', 'approved', 'published', 'discarded')),
    version integer NOT NULL,
    assembly integer NOT NULL CHECK (assembly > 0),
    document text NOT NULL,
    sha256 bytea NOT NULL,
    findings jsonb NOT NULL,
    acknowledged jsonb NOT NULL DEFAULT '[]',
    as_of timestamptz NOT NULL,
    journal_position bigint NOT NULL CHECK (journal_position >= 0),
    assembled_by text NOT NULL,
    assembled_at timestamptz NOT NULL,
    note text,
    approved_by text,
    approved_at timestamptz,
    published_by text,
    published_at timestamptz,
    updated_by text NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (bureau_id, code),
    UNIQUE (bureau_id, year, template, number),
    CHECK (code = template || '-' || year::text || '-' || number::text),
    CHECK (sha256 = sha256(convert_to(document, 'UTF8'))),
    CHECK ((state IN ('approved', 'published')) = (approved_by IS NOT NULL)),
    CHECK ((approved_by IS NULL) = (approved_at IS NULL)),
    CHECK (approved_by <> assembled_by),
    CHECK ((state = 'published') = (published_by IS NOT NULL)),
    CHECK ((published_by IS NULL) = (published_at IS NULL))
);
COMMENT ON TABLE reports IS 'Reports of the bureau: assembled once, approved, published. What was approved is frozen.';
COMMENT ON COLUMN reports.template IS 'Code of the report template of the catalogue.';
COMMENT ON COLUMN reports.number IS 'Counts the reports of a template and year.';
COMMENT ON COLUMN reports.assembly IS 'How often it was assembled.';
COMMENT ON COLUMN reports.document IS 'The document as canonical JSON, character by character as it is hashed.';
COMMENT ON COLUMN reports.sha256 IS 'SHA-256 of the document in UTF-8.';
COMMENT ON COLUMN reports.findings IS 'What was found wrong when it was assembled; of what is approved, when it was approved.';
COMMENT ON COLUMN reports.acknowledged IS 'Findings that stand as they are, each with the reason.';
COMMENT ON COLUMN reports.as_of IS 'The moment as of which everything was read.';
COMMENT ON COLUMN reports.journal_position IS 'Where the sealed journal ended then.';
COMMENT ON COLUMN reports.note IS 'Why it was returned or discarded.';

-- Whatever a statement of the service says: only what is being worked on changes; of what was approved only that it is
-- published; and what is approved is what was assembled.
CREATE FUNCTION guard_reports() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wanted reports := OLD;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.state IN ('draft', 'returned') AND (NEW.state = 'draft' OR
                (NEW.document, NEW.sha256, NEW.as_of, NEW.journal_position, NEW.assembly, NEW.assembled_by, NEW.assembled_at)
                IS NOT DISTINCT FROM
                (OLD.document, OLD.sha256, OLD.as_of, OLD.journal_position, OLD.assembly, OLD.assembled_by, OLD.assembled_at))
        THEN
            RETURN NEW;
        END IF;
        wanted.state := 'published';
        wanted.version := NEW.version;
        wanted.published_by := NEW.published_by;
        wanted.published_at := NEW.published_at;
        wanted.updated_by := NEW.updated_by;
        wanted.updated_at := NEW.updated_at;
        IF OLD.state = 'approved' AND NEW IS NOT DISTINCT FROM wanted THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE insufficient_privilege USING MESSAGE = format('permission denied: the report %s is frozen', OLD.code);
END
$$;
CREATE TRIGGER guard BEFORE UPDATE OR DELETE ON reports FOR EACH ROW EXECUTE FUNCTION guard_reports();

ALTER TABLE reports ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

CREATE POLICY tenant ON reports USING (
    bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer
    AND (nullif(current_setting('app.school', true), '') IS NULL OR state = 'published'));

GRANT SELECT, INSERT ON reports TO jixiao_app;
GRANT UPDATE (title, state, version, assembly, document, sha256, findings, acknowledged, as_of, journal_position, assembled_by,
              assembled_at, note, approved_by, approved_at, published_by, published_at, updated_by, updated_at)
    ON reports TO jixiao_app;
