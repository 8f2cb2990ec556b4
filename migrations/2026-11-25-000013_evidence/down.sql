DELETE FROM file_attachments WHERE subject_type NOT IN ('submission', 'record');
ALTER TABLE file_attachments
    DROP CONSTRAINT file_attachments_subject_type_check,
    ADD CONSTRAINT file_attachments_subject_type_check CHECK (subject_type IN ('submission', 'record'));
