SELECT f.id, f.school, f.name, f.media_type, f.size, f.sha256, f.uploaded_by, f.uploaded_at,
    c.lost_at IS NOT NULL AS lost, attached.attachments
FROM files f
JOIN file_contents c ON c.bureau_id = $1 AND c.sha256 = f.sha256
CROSS JOIN LATERAL (
    SELECT coalesce(jsonb_agg(jsonb_build_object('subject_type', a.subject_type, 'subject', a.subject,
        'attached_by', a.attached_by, 'attached_at', a.attached_at) ORDER BY a.subject_type, a.subject), '[]') AS attachments,
        count(*) > 0 AS visible
    FROM file_attachments a
    WHERE a.bureau_id = $1 AND a.file = f.id AND ($2 IS NULL OR a.school = $2)
) AS attached
WHERE f.bureau_id = $1 AND (attached.visible OR f.uploaded_by = $3)
