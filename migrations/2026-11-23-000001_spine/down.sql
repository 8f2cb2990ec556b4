DROP TABLE journal, idempotency_keys, form_versions, catalogue_versions, signing_keys, refresh_tokens, sessions,
    clients, users, organisation_versions, organisations, bureaus;
REVOKE SELECT ON __diesel_schema_migrations FROM jixiao_app;
-- The role stays: other databases of the cluster may use it.
