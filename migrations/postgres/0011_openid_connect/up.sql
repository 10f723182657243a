-- How a client says who it is (OpenID Connect Core §9). One that has no secret keeps the hash of one
-- that nobody knows: the release before reads that column of every client.
ALTER TABLE clients ADD COLUMN token_endpoint_auth_method TEXT NOT NULL DEFAULT 'client_secret_basic';
ALTER TABLE clients ADD COLUMN jwks TEXT;
-- The secret before the last rotation, and until when it counts beside the new one.
ALTER TABLE clients ADD COLUMN previous_secret_hash TEXT COLLATE "C";
ALTER TABLE clients ADD COLUMN previous_secret_until BIGINT;
ALTER TABLE clients ADD COLUMN require_pushed_authorization_requests BOOLEAN NOT NULL DEFAULT FALSE;
-- What its access tokens may be for (RFC 8707).
ALTER TABLE clients ADD COLUMN resources TEXT NOT NULL DEFAULT '[]';
ALTER TABLE clients ADD COLUMN backchannel_logout_uri TEXT;
ALTER TABLE clients ADD COLUMN backchannel_logout_session_required BOOLEAN NOT NULL DEFAULT FALSE;

-- What the tokens of a session may be for; empty is this service itself.
ALTER TABLE sessions ADD COLUMN resources TEXT NOT NULL DEFAULT '[]';

-- Assertions by which clients said who they are (RFC 7523): each is used once.
CREATE TABLE client_assertions (
    client_id TEXT COLLATE "C" NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    jti_hash TEXT COLLATE "C" NOT NULL,
    keep_until BIGINT NOT NULL,
    PRIMARY KEY (client_id, jti_hash)
);
CREATE INDEX client_assertions_by_age ON client_assertions (keep_until);

-- Sessions that ended, of which their clients have yet to be told (Back-Channel Logout 1.0). The
-- session, its member and its workspace may be gone already.
CREATE TABLE backchannel_logouts (
    session_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    client_id TEXT COLLATE "C" NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    workspace_id TEXT COLLATE "C" NOT NULL,
    member_id TEXT COLLATE "C" NOT NULL,
    failures BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    next_try_at BIGINT NOT NULL
);
CREATE INDEX backchannel_logouts_by_client ON backchannel_logouts (client_id);
CREATE INDEX backchannel_logouts_due ON backchannel_logouts (next_try_at);
