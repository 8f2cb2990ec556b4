-- The sealer gives entries that are committed their positions and chains them by hashes. It is a role of its own: the
-- service writes entries and reads them, and cannot touch them afterwards.
DO $$
BEGIN
    -- Roles belong to the cluster: whoever set it up may have made it, so that this role need not be able to.
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'jixiao_sealer') THEN
        CREATE ROLE jixiao_sealer NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL; -- another database of the cluster was migrated at the same time
END
$$;

ALTER TABLE journal
    ADD COLUMN position bigint,
    ADD COLUMN hash bytea,
    ADD CONSTRAINT journal_sealed CHECK ((position IS NULL) = (hash IS NULL));
COMMENT ON COLUMN journal.position IS 'From 1 without gaps within the bureau, in an order in which entries were committed; null until it is sealed.';
COMMENT ON COLUMN journal.hash IS 'SHA-256 over the hash of the position before and this entry; see platform::journal.';
CREATE UNIQUE INDEX journal_positions ON journal (bureau_id, position) WHERE position IS NOT NULL;
CREATE INDEX journal_unsealed ON journal (bureau_id, id) WHERE position IS NULL;

-- The one trigger of the schema: sealing fills position and hash once, and nothing else ever changes, whoever tries.
CREATE FUNCTION guard_journal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.position IS NULL AND NEW.position IS NOT NULL THEN
        OLD.position := NEW.position;
        OLD.hash := NEW.hash;
        IF OLD IS NOT DISTINCT FROM NEW THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'entries of the journal are not changed or deleted';
END
$$;
CREATE TRIGGER guard BEFORE UPDATE OR DELETE ON journal FOR EACH ROW EXECUTE FUNCTION guard_journal();
CREATE TRIGGER guard_all BEFORE TRUNCATE ON journal FOR EACH STATEMENT EXECUTE FUNCTION guard_journal();

-- A caller of a school sees what concerns that school, or none.
DROP POLICY tenant ON journal;
CREATE POLICY tenant ON journal USING (
    bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer
    AND (nullif(current_setting('app.school', true), '') IS NULL
         OR school IS NULL OR school = current_setting('app.school', true)));
CREATE POLICY sealing ON journal TO jixiao_sealer USING (true);
GRANT SELECT, UPDATE (position, hash) ON journal TO jixiao_sealer;
GRANT SELECT ON bureaus TO jixiao_sealer;

CREATE TABLE retired_keys (
    kid text PRIMARY KEY,
    public_key bytea NOT NULL,
    retired_at timestamptz NOT NULL
);
COMMENT ON TABLE retired_keys IS 'The public halves of keys that sign no more: what they signed can be verified for good.';
GRANT SELECT, INSERT ON retired_keys TO jixiao_app;
