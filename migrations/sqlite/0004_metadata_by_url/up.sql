-- Where an IdP's metadata is kept, and what became of the last look at it: one for each connection.
CREATE TABLE metadata_sources (
    connection_id TEXT NOT NULL PRIMARY KEY,
    workspace_id TEXT NOT NULL,
    origin TEXT NOT NULL,
    etag TEXT,
    last_modified TEXT,
    document_hash TEXT,
    settled_for TEXT,
    fetched_at INTEGER,
    next_refresh_at INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    last_error TEXT,
    valid_until INTEGER,
    staged_revision_id TEXT,
    pending TEXT,
    CONSTRAINT metadata_sources_connection FOREIGN KEY (workspace_id, connection_id)
        REFERENCES connections (workspace_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX metadata_sources_due ON metadata_sources (next_refresh_at);

-- Who of several servers does what one alone should do, and until when if nothing more is heard.
CREATE TABLE leases (
    name TEXT NOT NULL PRIMARY KEY,
    holder TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
