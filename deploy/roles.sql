-- The roles of the service, in any PostgreSQL cluster; run by a superuser, as often as you like.
--
--   jixiao_owner    owns the database and its tables, and runs the migrations
--   jixiao_app      holds the rights of the service, which owns nothing
--   jixiao_service  the login of the service, in jixiao_app
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'jixiao_owner') THEN
        CREATE ROLE jixiao_owner LOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'jixiao_app') THEN
        CREATE ROLE jixiao_app NOLOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'jixiao_service') THEN
        CREATE ROLE jixiao_service LOGIN IN ROLE jixiao_app;
    END IF;
END
$$;
