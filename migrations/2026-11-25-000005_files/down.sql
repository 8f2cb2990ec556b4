DROP TABLE file_attachments, files, file_contents;
