-- The oldest program that may run on this schema, by the newest step that it knows. A step that takes away what older
-- programs still use sets it (migrations/README.md).
CREATE TABLE schema_support (
    oldest TEXT NOT NULL PRIMARY KEY
) STRICT;
INSERT INTO schema_support (oldest) VALUES ('0016');
