#!/usr/bin/env bash
# Makes the roles, with their passwords, and the database; run once by the PostgreSQL container on an empty volume.
set -euo pipefail

psql --username=postgres --no-psqlrc --set=ON_ERROR_STOP=1 <<'SQL'
\i /deploy/roles.sql
\set owner `cat /run/secrets/owner_password`
\set service `cat /run/secrets/service_password`
ALTER ROLE jixiao_owner PASSWORD :'owner';
ALTER ROLE jixiao_service PASSWORD :'service';
CREATE DATABASE jixiao OWNER jixiao_owner;
REVOKE ALL ON DATABASE jixiao FROM PUBLIC;
GRANT CONNECT ON DATABASE jixiao TO jixiao_app;
SQL
