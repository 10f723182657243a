-- Links that lead to the setup of one connection, for whoever has no account. `created_by` is the id of
-- who made it, or a word, as in the audit log; `used_at` is when something was first saved through it.
CREATE TABLE setup_links (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    token_hash TEXT COLLATE "C" NOT NULL,
    workspace_id TEXT COLLATE "C" NOT NULL,
    connection_id TEXT COLLATE "C" NOT NULL,
    name TEXT,
    allow_enable BOOLEAN NOT NULL,
    return_url TEXT,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    opened_at BIGINT,
    last_opened_at BIGINT,
    used_at BIGINT,
    revoked_at BIGINT,
    CONSTRAINT setup_links_token UNIQUE (token_hash),
    CONSTRAINT setup_links_connection FOREIGN KEY (workspace_id, connection_id)
        REFERENCES connections (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX setup_links_by_workspace ON setup_links (workspace_id, id);
CREATE INDEX setup_links_by_connection ON setup_links (workspace_id, connection_id);
CREATE INDEX setup_links_by_age ON setup_links (expires_at);

-- A link that is open in one browser: a new opening ends the one before. `token_hash` is the hash of
-- its cookie.
CREATE TABLE setup_sessions (
    token_hash TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    link_id TEXT COLLATE "C" NOT NULL REFERENCES setup_links (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    CONSTRAINT setup_sessions_link UNIQUE (link_id)
);
CREATE INDEX setup_sessions_by_age ON setup_sessions (expires_at);
