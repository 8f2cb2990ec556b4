DROP TABLE submission_extensions, submission_standings, submission_values, submission_revisions, submissions;
