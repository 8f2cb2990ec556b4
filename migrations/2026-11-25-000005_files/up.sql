CREATE TABLE file_contents (
    bureau_id integer NOT NULL REFERENCES bureaus,
    sha256 bytea NOT NULL CHECK (length(sha256) = 32),
    size bigint NOT NULL CHECK (size > 0),
    stored_at timestamptz NOT NULL,
    unused_since timestamptz,
    lost_at timestamptz,
    PRIMARY KEY (bureau_id, sha256)
);
COMMENT ON TABLE file_contents IS 'What lies in the store, once per content. A row comes before the content, and goes after it.';
COMMENT ON COLUMN file_contents.unused_since IS 'When it was last claimed by an upload, or left by a file; it may go long after that, if no file names it.';
COMMENT ON COLUMN file_contents.lost_at IS 'When it was found to be missing from the store, or altered there; the same content uploaded again heals it.';
CREATE INDEX file_contents_unused ON file_contents (bureau_id, unused_since) WHERE unused_since IS NOT NULL;

CREATE TABLE files (
    bureau_id integer NOT NULL,
    id uuid NOT NULL,
    school text,
    name text NOT NULL,
    media_type text NOT NULL,
    size bigint NOT NULL,
    sha256 bytea NOT NULL,
    uploaded_by text NOT NULL,
    uploaded_at timestamptz NOT NULL,
    unattached_since timestamptz,
    PRIMARY KEY (bureau_id, id),
    FOREIGN KEY (bureau_id, sha256) REFERENCES file_contents,
    FOREIGN KEY (bureau_id, school) REFERENCES organisations
);
COMMENT ON TABLE files IS 'Evidence, as somebody uploaded it: the name and whose it is. The content lies in the store.';
COMMENT ON COLUMN files.school IS 'The school whose file it is, and whose quota it counts on; null: the bureau''s.';
COMMENT ON COLUMN files.unattached_since IS 'Since when it is attached to nothing; null: it is attached.';
CREATE INDEX files_by_content ON files (bureau_id, sha256);
CREATE INDEX files_by_school ON files (bureau_id, school);
CREATE INDEX files_by_uploader ON files (bureau_id, uploaded_by, id);
CREATE INDEX files_unattached ON files (bureau_id, unattached_since) WHERE unattached_since IS NOT NULL;

CREATE TABLE file_attachments (
    bureau_id integer NOT NULL,
    file uuid NOT NULL,
    subject_type text NOT NULL CHECK (subject_type IN ('submission', 'record')),
    subject text NOT NULL,
    school text,
    attached_by text NOT NULL,
    attached_at timestamptz NOT NULL,
    PRIMARY KEY (bureau_id, file, subject_type, subject),
    FOREIGN KEY (bureau_id, file) REFERENCES files,
    FOREIGN KEY (bureau_id, school) REFERENCES organisations
);
COMMENT ON TABLE file_attachments IS 'What a file gives evidence of.';
COMMENT ON COLUMN file_attachments.subject IS 'The natural key of the thing, as the journal names it.';
COMMENT ON COLUMN file_attachments.school IS 'The school of the thing; null: it is the bureau''s.';
CREATE INDEX file_attachments_by_subject ON file_attachments (bureau_id, subject_type, subject, file);

ALTER TABLE file_contents ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE files ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE file_attachments ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

-- Contents belong to no school: what two schools uploaded is stored once.
CREATE POLICY tenant ON file_contents USING (bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer);
CREATE POLICY tenant ON file_attachments USING (
    bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer
    AND (nullif(current_setting('app.school', true), '') IS NULL OR school = current_setting('app.school', true)));
-- A school also sees what the bureau attached to the school's own things.
CREATE POLICY tenant ON files USING (
    bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer
    AND (nullif(current_setting('app.school', true), '') IS NULL OR school = current_setting('app.school', true)
         OR EXISTS (SELECT FROM file_attachments a
                    WHERE a.bureau_id = files.bureau_id AND a.file = files.id
                      AND a.school = current_setting('app.school', true))))
    WITH CHECK (
    bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer
    AND (nullif(current_setting('app.school', true), '') IS NULL OR school = current_setting('app.school', true)));

GRANT SELECT, INSERT, DELETE ON file_contents, files, file_attachments TO jixiao_app;
GRANT UPDATE (unused_since, lost_at) ON file_contents TO jixiao_app;
GRANT UPDATE (unattached_since) ON files TO jixiao_app;
