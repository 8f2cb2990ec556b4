DROP TABLE asset_revisions;
