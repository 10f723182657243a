-- Where the public keys of a client are, in place of the keys themselves (RFC 7591 §2).
ALTER TABLE clients ADD COLUMN jwks_uri TEXT;

-- What browsers have in a cookie on the host of an application behind a proxy (forward-auth): hashes, each
-- of which shows a session.
CREATE TABLE forward_tokens (
    hash TEXT NOT NULL PRIMARY KEY,
    session_id TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    issued_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX forward_tokens_by_session ON forward_tokens (session_id);
CREATE INDEX forward_tokens_by_age ON forward_tokens (expires_at);
