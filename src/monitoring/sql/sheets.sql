SELECT sheet.project, sheet.school, reading.organisation, reading.section, sheet.reading, reading.seen, reading.light,
    reading.as_of, reading.journal_position, sheet.state, sheet.entered, sheet.note, sheet.row_version, sheet.updated_by,
    sheet.updated_at, sheet.entered_by, sheet.submitted_by, sheet.submitted_at, sheet.reviewed_by, sheet.reviewed_at
FROM monitoring_sheets AS sheet
JOIN monitoring_readings AS reading USING (bureau_id, round, project, reading)
WHERE sheet.bureau_id = $1 AND sheet.round = $2 AND ($3 IS NULL OR sheet.school = $3)
