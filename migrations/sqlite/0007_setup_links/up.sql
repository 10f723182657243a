-- Links that lead to the setup of one connection, for whoever has no account. `created_by` is the id of
-- who made it, or a word, as in the audit log; `used_at` is when something was first saved through it.
CREATE TABLE setup_links (
    id TEXT NOT NULL PRIMARY KEY,
    token_hash TEXT NOT NULL,
    workspace_id TEXT NOT NULL,
    connection_id TEXT NOT NULL,
    name TEXT,
    allow_enable INTEGER NOT NULL,
    return_url TEXT,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    opened_at INTEGER,
    last_opened_at INTEGER,
    used_at INTEGER,
    revoked_at INTEGER,
    CONSTRAINT setup_links_token UNIQUE (token_hash),
    CONSTRAINT setup_links_connection FOREIGN KEY (workspace_id, connection_id)
        REFERENCES connections (workspace_id, id) ON DELETE CASCADE
) STRICT;
CREATE INDEX setup_links_by_workspace ON setup_links (workspace_id, id);
CREATE INDEX setup_links_by_connection ON setup_links (workspace_id, connection_id);
CREATE INDEX setup_links_by_age ON setup_links (expires_at);

-- A link that is open in one browser: a new opening ends the one before. `token_hash` is the hash of
-- its cookie.
CREATE TABLE setup_sessions (
    token_hash TEXT NOT NULL PRIMARY KEY,
    link_id TEXT NOT NULL REFERENCES setup_links (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    CONSTRAINT setup_sessions_link UNIQUE (link_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX setup_sessions_by_age ON setup_sessions (expires_at);
