DROP TABLE monitoring_sheets, monitoring_readings, monitoring_rounds;
