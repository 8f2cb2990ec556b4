-- What else files give evidence of. The validation reads the table without keeping anybody from it.
ALTER TABLE file_attachments
    DROP CONSTRAINT file_attachments_subject_type_check,
    ADD CONSTRAINT file_attachments_subject_type_check CHECK (subject_type IN
        ('submission', 'record', 'project', 'rectification', 'asset', 'disposal', 'goal', 'evaluation')) NOT VALID;
ALTER TABLE file_attachments VALIDATE CONSTRAINT file_attachments_subject_type_check;
