-- What a passed test has seen: what later sign-ins are compared with.
ALTER TABLE revisions ADD COLUMN learned TEXT;

-- SHA-256 of the four parts of the NameID, so that a LogoutRequest finds the sessions it names.
-- Sessions from before have none; they end by themselves.
ALTER TABLE sessions ADD COLUMN subject_hash TEXT COLLATE "C";
-- The hash of the cookie of the browser that signed in: it may ask to sign out.
ALTER TABLE sessions ADD COLUMN browser TEXT COLLATE "C";
CREATE INDEX sessions_by_subject ON sessions (connection_id, subject_hash)
    WHERE subject_hash IS NOT NULL AND revoked_at IS NULL;
CREATE INDEX sessions_by_browser ON sessions (browser)
    WHERE browser IS NOT NULL AND revoked_at IS NULL;

-- Where a sign-in that the IdP began goes on, and where people may go after signing out.
ALTER TABLE clients ADD COLUMN initiate_login_uri TEXT;
ALTER TABLE clients ADD COLUMN post_logout_redirect_uris TEXT NOT NULL DEFAULT '[]';

-- For how many days responses are kept as they arrived; zero: not at all.
ALTER TABLE workspaces ADD COLUMN keep_responses_days BIGINT NOT NULL DEFAULT 0;

-- `reference` is what the person sees and support searches for; `response` is sealed, and goes at
-- `response_until`.
ALTER TABLE sign_in_attempts ADD COLUMN reference TEXT COLLATE "C";
ALTER TABLE sign_in_attempts ADD COLUMN timeline TEXT NOT NULL DEFAULT '[]';
ALTER TABLE sign_in_attempts ADD COLUMN response TEXT;
ALTER TABLE sign_in_attempts ADD COLUMN response_until BIGINT;
CREATE INDEX sign_in_attempts_by_reference ON sign_in_attempts (reference);
CREATE INDEX sign_in_attempts_by_response_age ON sign_in_attempts (response_until)
    WHERE response_until IS NOT NULL;

-- Our keys of a connection beside the one in use: the next, and those that still decrypt.
-- `private_key` is sealed.
CREATE TABLE service_provider_keys (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    workspace_id TEXT COLLATE "C" NOT NULL,
    connection_id TEXT COLLATE "C" NOT NULL,
    stage TEXT COLLATE "C" NOT NULL,
    certificate_pem TEXT NOT NULL,
    private_key TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT service_provider_keys_connection FOREIGN KEY (workspace_id, connection_id)
        REFERENCES connections (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX service_provider_keys_by_connection ON service_provider_keys (connection_id, id);
CREATE UNIQUE INDEX service_provider_keys_one_next ON service_provider_keys (connection_id)
    WHERE stage = 'next';

-- When a key of the IdP last verified a sign-in, to the hour.
CREATE TABLE certificate_uses (
    connection_id TEXT COLLATE "C" NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    key_fingerprint TEXT COLLATE "C" NOT NULL,
    last_used_at BIGINT NOT NULL,
    PRIMARY KEY (connection_id, key_fingerprint)
);

-- Which warnings of a certificate's end were given: each once.
CREATE TABLE certificate_notices (
    connection_id TEXT COLLATE "C" NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    certificate_fingerprint TEXT COLLATE "C" NOT NULL,
    days BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (connection_id, certificate_fingerprint, days)
);
