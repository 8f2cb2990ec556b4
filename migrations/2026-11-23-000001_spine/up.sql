-- The service logs in as a member of jixiao_app, which owns nothing. Every table that belongs to a
-- bureau leads its keys with bureau_id and is guarded by row-level security on the settings
-- app.bureau_id and app.school, which each transaction sets for itself (SET LOCAL leaves '' behind,
-- hence the nullif).
DO $$
BEGIN
    -- Roles belong to the cluster: whoever set it up may have made it, so that this role need not be able to.
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'jixiao_app') THEN
        CREATE ROLE jixiao_app NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL; -- another database of the cluster was migrated at the same time
END
$$;

GRANT SELECT ON __diesel_schema_migrations TO jixiao_app;

CREATE TABLE bureaus (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL UNIQUE,
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE bureaus IS 'The tenants. Not secret, and read before anybody has logged in: no row-level security.';
GRANT SELECT ON bureaus TO jixiao_app;

CREATE TABLE organisations (
    bureau_id integer NOT NULL REFERENCES bureaus,
    code text NOT NULL,
    kind text NOT NULL CHECK (kind IN ('bureau', 'section', 'school')),
    PRIMARY KEY (bureau_id, code)
);
COMMENT ON TABLE organisations IS 'A code and what it stands for, for ever; what changes is in organisation_versions.';

CREATE TABLE organisation_versions (
    bureau_id integer NOT NULL,
    code text NOT NULL,
    version integer NOT NULL,
    name text NOT NULL,
    stage text,
    township text,
    parent text,
    opened_on date,
    closed_on date,
    recorded_at timestamptz NOT NULL,
    superseded_at timestamptz,
    PRIMARY KEY (bureau_id, code, version),
    FOREIGN KEY (bureau_id, code) REFERENCES organisations,
    FOREIGN KEY (bureau_id, parent) REFERENCES organisations,
    CHECK (closed_on > opened_on),
    CHECK (superseded_at > recorded_at)
);
CREATE UNIQUE INDEX organisation_versions_current ON organisation_versions (bureau_id, code) WHERE superseded_at IS NULL;
COMMENT ON COLUMN organisation_versions.superseded_at IS 'When the next version was recorded; null: this is the current one.';

CREATE TABLE users (
    bureau_id integer NOT NULL,
    username text NOT NULL,
    display_name text NOT NULL,
    organisation text NOT NULL,
    roles text[] NOT NULL,
    password_hash text NOT NULL,
    disabled boolean NOT NULL DEFAULT false,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (bureau_id, username),
    FOREIGN KEY (bureau_id, organisation) REFERENCES organisations
);

CREATE TABLE clients (
    bureau_id integer NOT NULL,
    client_id text NOT NULL,
    name text NOT NULL,
    organisation text NOT NULL,
    scopes text[] NOT NULL,
    secret_hash bytea NOT NULL,
    revoked boolean NOT NULL DEFAULT false,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (bureau_id, client_id),
    FOREIGN KEY (bureau_id, organisation) REFERENCES organisations
);
COMMENT ON COLUMN clients.secret_hash IS 'SHA-256: the secret is 256 random bits, so a slow hash adds nothing.';

CREATE TABLE sessions (
    bureau_id integer NOT NULL,
    id uuid NOT NULL,
    username text NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    PRIMARY KEY (bureau_id, id),
    FOREIGN KEY (bureau_id, username) REFERENCES users
);
COMMENT ON TABLE sessions IS 'A login: the family of all refresh tokens that descend from it.';
CREATE INDEX sessions_by_user ON sessions (bureau_id, username);

CREATE TABLE refresh_tokens (
    bureau_id integer NOT NULL,
    token_hash bytea NOT NULL,
    session uuid NOT NULL,
    issued_at timestamptz NOT NULL,
    replaced_at timestamptz,
    PRIMARY KEY (bureau_id, token_hash),
    FOREIGN KEY (bureau_id, session) REFERENCES sessions ON DELETE CASCADE
);
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (bureau_id, session);

CREATE TABLE signing_keys (
    kid text PRIMARY KEY,
    sealed_private_key bytea NOT NULL,
    public_key bytea NOT NULL,
    created_at timestamptz NOT NULL,
    active_from timestamptz NOT NULL
);
COMMENT ON TABLE signing_keys IS 'Keys of the access tokens, for the whole deployment; the private half is sealed with the service''s secret.';
GRANT SELECT, INSERT, DELETE ON signing_keys TO jixiao_app;

CREATE TABLE catalogue_versions (
    bureau_id integer NOT NULL REFERENCES bureaus,
    version integer NOT NULL,
    document jsonb NOT NULL,
    recorded_at timestamptz NOT NULL,
    recorded_by text NOT NULL,
    superseded_at timestamptz,
    PRIMARY KEY (bureau_id, version),
    CHECK (superseded_at > recorded_at)
);
CREATE UNIQUE INDEX catalogue_versions_current ON catalogue_versions (bureau_id) INCLUDE (version) WHERE superseded_at IS NULL;
COMMENT ON TABLE catalogue_versions IS 'Each row is the bureau''s whole catalogue: so any moment''s definitions can be had with one read.';

CREATE TABLE form_versions (
    bureau_id integer NOT NULL,
    form text NOT NULL,
    version integer NOT NULL,
    definition jsonb NOT NULL,
    catalogue_version integer NOT NULL,
    published_at timestamptz NOT NULL,
    published_by text NOT NULL,
    PRIMARY KEY (bureau_id, form, version),
    FOREIGN KEY (bureau_id, catalogue_version) REFERENCES catalogue_versions
);
COMMENT ON TABLE form_versions IS 'Every version of a form that was ever published, as it was.';

CREATE TABLE idempotency_keys (
    bureau_id integer NOT NULL REFERENCES bureaus,
    caller text NOT NULL,
    route text NOT NULL,
    key text NOT NULL,
    request_hash bytea NOT NULL,
    status smallint NOT NULL,
    headers jsonb NOT NULL,
    body bytea NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (bureau_id, caller, route, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (bureau_id, created_at);

CREATE TABLE journal (
    bureau_id integer NOT NULL REFERENCES bureaus,
    id bigint GENERATED ALWAYS AS IDENTITY,
    recorded_at timestamptz NOT NULL,
    actor text NOT NULL,
    action text NOT NULL,
    subject_type text NOT NULL,
    subject text NOT NULL,
    school text,
    before jsonb,
    after jsonb,
    request_id uuid NOT NULL,
    PRIMARY KEY (bureau_id, id)
);
COMMENT ON TABLE journal IS 'Who changed what, written in the transaction of the change. Ids are not in the order of commits.';

ALTER TABLE organisations ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE organisation_versions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE users ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE clients ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE sessions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE refresh_tokens ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE catalogue_versions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE form_versions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE journal ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

-- A caller of one school sees the bureau, its sections, and that school.
CREATE POLICY tenant ON organisations USING (
    bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer
    AND (nullif(current_setting('app.school', true), '') IS NULL
         OR kind <> 'school' OR code = current_setting('app.school', true)));
CREATE POLICY tenant ON organisation_versions USING (
    bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer
    AND (nullif(current_setting('app.school', true), '') IS NULL
         OR stage IS NULL OR code = current_setting('app.school', true)));
CREATE POLICY tenant ON users USING (bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer);
CREATE POLICY tenant ON clients USING (bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer);
CREATE POLICY tenant ON sessions USING (bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer);
CREATE POLICY tenant ON refresh_tokens USING (bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer);
CREATE POLICY tenant ON catalogue_versions USING (bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer);
CREATE POLICY tenant ON form_versions USING (bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer);
CREATE POLICY tenant ON idempotency_keys USING (bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer);
CREATE POLICY tenant ON journal USING (bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer);

GRANT SELECT, INSERT ON organisations, form_versions, journal TO jixiao_app;
GRANT SELECT, INSERT, UPDATE ON organisation_versions, users, clients, sessions, refresh_tokens, catalogue_versions TO jixiao_app;
GRANT DELETE ON sessions, refresh_tokens TO jixiao_app;
GRANT SELECT, INSERT, DELETE ON idempotency_keys TO jixiao_app;
