DROP TABLE goal_versions, goals;
DROP FUNCTION guard_goal_versions;
