DROP TABLE register_revisions, register_versions;
