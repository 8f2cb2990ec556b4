DROP TABLE evaluation_results, evaluations;
