DROP TABLE job_steps, job_contents, jobs;
