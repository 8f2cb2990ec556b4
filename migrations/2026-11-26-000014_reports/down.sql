DROP TABLE reports;
DROP FUNCTION guard_reports;
