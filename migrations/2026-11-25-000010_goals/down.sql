DROP TABLE goal_versions, goals;
