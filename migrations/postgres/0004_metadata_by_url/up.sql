-- Where an IdP's metadata is kept, and what became of the last look at it: one for each connection.
CREATE TABLE metadata_sources (
    connection_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    workspace_id TEXT COLLATE "C" NOT NULL,
    origin TEXT NOT NULL,
    etag TEXT,
    last_modified TEXT,
    document_hash TEXT,
    settled_for TEXT,
    fetched_at BIGINT,
    next_refresh_at BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    last_error TEXT,
    valid_until BIGINT,
    staged_revision_id TEXT COLLATE "C",
    pending TEXT,
    CONSTRAINT metadata_sources_connection FOREIGN KEY (workspace_id, connection_id)
        REFERENCES connections (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX metadata_sources_due ON metadata_sources (next_refresh_at);

-- Who of several servers does what one alone should do, and until when if nothing more is heard.
CREATE TABLE leases (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    holder TEXT COLLATE "C" NOT NULL,
    expires_at BIGINT NOT NULL
);
