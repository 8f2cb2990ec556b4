-- The roles of the service, in any PostgreSQL cluster; run by a superuser, as often as you like.
--
--   jixiao_owner    owns the database and its tables, and runs the migrations
--   jixiao_app      holds the rights of the service, which owns nothing
--   jixiao_sealer   may seal the entries of the journal, and nothing else
--   jixiao_service  the login of the service; by itself it may nothing, it takes one of the two roles above
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'jixiao_owner') THEN
        CREATE ROLE jixiao_owner LOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'jixiao_app') THEN
        CREATE ROLE jixiao_app NOLOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'jixiao_sealer') THEN
        CREATE ROLE jixiao_sealer NOLOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'jixiao_service') THEN
        CREATE ROLE jixiao_service LOGIN;
    END IF;
    ALTER ROLE jixiao_service NOINHERIT;
    GRANT jixiao_app, jixiao_sealer TO jixiao_service;
END
$$;
