DROP TABLE project_appraisals, project_revisions, projects;
