CREATE TABLE jobs (
    bureau_id integer NOT NULL REFERENCES bureaus,
    id uuid NOT NULL,
    account text NOT NULL,
    school text,
    operation text NOT NULL,
    target text NOT NULL,
    headers jsonb NOT NULL,
    size bigint NOT NULL CHECK (size > 0),
    request_id uuid NOT NULL,
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
    cancel_requested boolean NOT NULL DEFAULT false,
    done bigint NOT NULL DEFAULT 0 CHECK (done >= 0),
    total bigint CHECK (total >= done),
    attempts integer NOT NULL DEFAULT 0,
    lease uuid,
    due_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL,
    started_at timestamptz,
    ended_at timestamptz,
    status smallint,
    content_type text,
    answer bytea,
    PRIMARY KEY (bureau_id, id),
    FOREIGN KEY (bureau_id, school) REFERENCES organisations,
    CHECK ((state = 'running') = (lease IS NOT NULL)),
    CHECK ((state IN ('done', 'failed', 'cancelled')) = (ended_at IS NOT NULL)),
    CHECK ((state IN ('done', 'failed')) = (status IS NOT NULL))
);
COMMENT ON TABLE jobs IS 'Requests that are worked on after they were answered: what was asked, how far it is, and the answer.';
COMMENT ON COLUMN jobs.account IS 'Who asked, as the journal names it: it is done with the rights that the account has then.';
COMMENT ON COLUMN jobs.target IS 'Path and query of the request.';
COMMENT ON COLUMN jobs.headers IS 'Those headers of the request that its answer depends on.';
COMMENT ON COLUMN jobs.attempts IS 'How often it was taken up since it last came forward.';
COMMENT ON COLUMN jobs.lease IS 'Who works on it. Whoever has another one has lost it, and can write nothing any more.';
COMMENT ON COLUMN jobs.due_at IS 'From when on it may be taken up: while somebody works on it, that is put off again and again.';
CREATE INDEX jobs_open ON jobs (bureau_id, account, created_at, id) WHERE state IN ('waiting', 'running');
CREATE INDEX jobs_by_account ON jobs (bureau_id, account, id);
CREATE INDEX jobs_ended ON jobs (bureau_id, ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE job_contents (
    bureau_id integer NOT NULL REFERENCES bureaus,
    job uuid NOT NULL,
    number integer NOT NULL CHECK (number >= 0),
    school text,
    content bytea NOT NULL,
    stored_at timestamptz NOT NULL,
    PRIMARY KEY (bureau_id, job, number),
    FOREIGN KEY (bureau_id, school) REFERENCES organisations
);
COMMENT ON TABLE job_contents IS 'The body of a request, in pieces. It comes before its job, and goes when that ends.';
-- What comes is a file: compressing it costs more than it gains.
ALTER TABLE job_contents ALTER COLUMN content SET STORAGE EXTERNAL;

CREATE TABLE job_steps (
    bureau_id integer NOT NULL,
    job uuid NOT NULL,
    number integer NOT NULL CHECK (number >= 0),
    school text,
    outcome jsonb NOT NULL,
    taken_at timestamptz NOT NULL,
    PRIMARY KEY (bureau_id, job, number),
    FOREIGN KEY (bureau_id, job) REFERENCES jobs ON DELETE CASCADE,
    FOREIGN KEY (bureau_id, school) REFERENCES organisations
);
COMMENT ON TABLE job_steps IS 'What a job has behind it that takes several transactions: each step is committed with its effect, and none twice.';

ALTER TABLE jobs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE job_contents ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
ALTER TABLE job_steps ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON jobs USING (
    bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer
    AND (nullif(current_setting('app.school', true), '') IS NULL OR school = current_setting('app.school', true)));
CREATE POLICY tenant ON job_contents USING (
    bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer
    AND (nullif(current_setting('app.school', true), '') IS NULL OR school = current_setting('app.school', true)));
CREATE POLICY tenant ON job_steps USING (
    bureau_id = nullif(current_setting('app.bureau_id', true), '')::integer
    AND (nullif(current_setting('app.school', true), '') IS NULL OR school = current_setting('app.school', true)));

GRANT SELECT, INSERT, DELETE ON jobs, job_contents, job_steps TO jixiao_app;
GRANT UPDATE (state, cancel_requested, done, total, attempts, lease, due_at, started_at, ended_at, status, content_type,
              answer) ON jobs TO jixiao_app;
