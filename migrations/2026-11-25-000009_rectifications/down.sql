DROP TABLE rectification_revisions;
