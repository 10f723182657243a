-- Times are microseconds since 1970, ids are text, JSON is text, hashes are hex, sealed values are
-- base64; see ../../README.md. The same tables and columns as on SQLite (a test compares them).
-- Whatever is compared or sorted is COLLATE "C": byte by byte, as SQLite does it.

-- What the deployment itself remembers.
CREATE TABLE settings (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE workspaces (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    slug TEXT COLLATE "C" NOT NULL,
    plan TEXT NOT NULL,
    two_factor TEXT NOT NULL,
    external_id TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CONSTRAINT workspaces_slug UNIQUE (slug),
    CONSTRAINT workspaces_external_id UNIQUE (external_id)
);

-- (workspace_id, id) is what the children of a member refer to, so that a row of one workspace can
-- never point at a member of another; it also serves the list of a workspace's members.
CREATE TABLE members (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    workspace_id TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    email TEXT NOT NULL,
    email_key TEXT COLLATE "C" NOT NULL,
    name TEXT,
    role TEXT NOT NULL,
    status TEXT NOT NULL,
    external_id TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CONSTRAINT members_in_workspace UNIQUE (workspace_id, id),
    CONSTRAINT members_email_key UNIQUE (workspace_id, email_key),
    CONSTRAINT members_external_id UNIQUE (workspace_id, external_id)
);

-- The ids of deleted members, so that none is ever given out again. No foreign key: a tombstone
-- outlives its workspace.
CREATE TABLE member_tombstones (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    workspace_id TEXT COLLATE "C" NOT NULL,
    deleted_at BIGINT NOT NULL
);

CREATE TABLE connections (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    workspace_id TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    provider TEXT,
    is_default BOOLEAN NOT NULL,
    phase TEXT NOT NULL,
    draft_revision_id TEXT COLLATE "C",
    live_revision_id TEXT COLLATE "C",
    sp_certificate_pem TEXT NOT NULL,
    sp_private_key TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    CONSTRAINT connections_in_workspace UNIQUE (workspace_id, id)
);
CREATE UNIQUE INDEX connections_one_default ON connections (workspace_id) WHERE is_default;

CREATE TABLE revisions (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    workspace_id TEXT COLLATE "C" NOT NULL,
    connection_id TEXT COLLATE "C" NOT NULL,
    number BIGINT NOT NULL,
    settings TEXT NOT NULL,
    learned_idp_entity_id TEXT,
    passed_test_id TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    CONSTRAINT revisions_number UNIQUE (connection_id, number),
    CONSTRAINT revisions_in_connection UNIQUE (connection_id, id),
    CONSTRAINT revisions_connection FOREIGN KEY (workspace_id, connection_id)
        REFERENCES connections (workspace_id, id) ON DELETE CASCADE
);

-- A connection's draft and live revision are its own.
ALTER TABLE connections
    ADD CONSTRAINT connections_draft FOREIGN KEY (id, draft_revision_id)
        REFERENCES revisions (connection_id, id),
    ADD CONSTRAINT connections_live FOREIGN KEY (id, live_revision_id)
        REFERENCES revisions (connection_id, id);

-- `start_token` is sealed, `start_token_hash` finds the run; the token goes when the run ends.
CREATE TABLE test_runs (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    workspace_id TEXT COLLATE "C" NOT NULL,
    connection_id TEXT COLLATE "C" NOT NULL,
    revision_id TEXT COLLATE "C" NOT NULL,
    state TEXT NOT NULL,
    report TEXT,
    name_id TEXT,
    start_token_hash TEXT COLLATE "C" NOT NULL,
    start_token TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    finished_at BIGINT,
    CONSTRAINT test_runs_start_token UNIQUE (start_token_hash),
    CONSTRAINT test_runs_connection FOREIGN KEY (workspace_id, connection_id)
        REFERENCES connections (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT test_runs_revision FOREIGN KEY (connection_id, revision_id)
        REFERENCES revisions (connection_id, id) ON DELETE CASCADE
);
CREATE INDEX test_runs_by_connection ON test_runs (connection_id, id);
CREATE INDEX test_runs_pending ON test_runs (expires_at) WHERE state = 'pending';

-- The application that asked may be deleted; what happened stays. A member's attempts go with them.
-- Revisions go with their connection alone, so a key to the connection is enough.
CREATE TABLE sign_in_attempts (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    workspace_id TEXT COLLATE "C" NOT NULL,
    connection_id TEXT COLLATE "C" NOT NULL,
    revision_id TEXT COLLATE "C" NOT NULL,
    client_id TEXT COLLATE "C" NOT NULL,
    member_id TEXT COLLATE "C",
    outcome TEXT NOT NULL,
    reason TEXT,
    report TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    finished_at BIGINT NOT NULL,
    CONSTRAINT sign_in_attempts_connection FOREIGN KEY (workspace_id, connection_id)
        REFERENCES connections (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT sign_in_attempts_member FOREIGN KEY (workspace_id, member_id)
        REFERENCES members (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX sign_in_attempts_by_connection ON sign_in_attempts (connection_id, id);
CREATE INDEX sign_in_attempts_by_member ON sign_in_attempts (workspace_id, member_id);

-- An assertion is used once. Its ID is kept as a hash: the IdP chooses it, of any length.
CREATE TABLE assertion_claims (
    connection_id TEXT COLLATE "C" NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
    assertion_id_hash TEXT COLLATE "C" NOT NULL,
    keep_until BIGINT NOT NULL,
    PRIMARY KEY (connection_id, assertion_id_hash)
);
CREATE INDEX assertion_claims_by_age ON assertion_claims (keep_until);

-- `subject_hash` is SHA-256 of entity ID, format, value and both qualifiers, each with its length.
CREATE TABLE identities (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    workspace_id TEXT COLLATE "C" NOT NULL,
    member_id TEXT COLLATE "C" NOT NULL,
    connection_id TEXT COLLATE "C" NOT NULL,
    idp_entity_id TEXT NOT NULL,
    name_id_value TEXT NOT NULL,
    name_id_format TEXT,
    name_qualifier TEXT,
    sp_name_qualifier TEXT,
    subject_hash TEXT COLLATE "C" NOT NULL,
    proven_at BIGINT,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    CONSTRAINT identities_subject UNIQUE (connection_id, subject_hash),
    CONSTRAINT identities_member FOREIGN KEY (workspace_id, member_id)
        REFERENCES members (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT identities_connection FOREIGN KEY (workspace_id, connection_id)
        REFERENCES connections (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX identities_by_member ON identities (workspace_id, member_id);

CREATE TABLE domains (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    workspace_id TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    domain TEXT COLLATE "C" NOT NULL,
    connection_id TEXT COLLATE "C" REFERENCES connections (id) ON DELETE SET NULL,
    verified_at BIGINT,
    CONSTRAINT domains_domain UNIQUE (workspace_id, domain)
);
CREATE INDEX domains_by_name ON domains (domain);
CREATE INDEX domains_by_connection ON domains (connection_id);

CREATE TABLE clients (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    redirect_uris TEXT NOT NULL,
    secret_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- A SAML session goes with its connection: what the IdP said about the person goes with the trust.
CREATE TABLE sessions (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    workspace_id TEXT COLLATE "C" NOT NULL,
    member_id TEXT COLLATE "C" NOT NULL,
    client_id TEXT COLLATE "C" NOT NULL REFERENCES clients (id) ON DELETE CASCADE,
    connection_id TEXT COLLATE "C",
    revision_id TEXT COLLATE "C",
    saml_details TEXT,
    amr TEXT NOT NULL,
    scope TEXT NOT NULL,
    auth_time BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT,
    revoked_reason TEXT,
    CONSTRAINT sessions_member FOREIGN KEY (workspace_id, member_id)
        REFERENCES members (workspace_id, id) ON DELETE CASCADE,
    CONSTRAINT sessions_connection FOREIGN KEY (workspace_id, connection_id)
        REFERENCES connections (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX sessions_by_workspace ON sessions (workspace_id, id);
CREATE INDEX sessions_by_member ON sessions (workspace_id, member_id, id);
CREATE INDEX sessions_by_client ON sessions (client_id);
CREATE INDEX sessions_by_connection ON sessions (connection_id);
CREATE INDEX sessions_by_age ON sessions (expires_at);

CREATE TABLE codes (
    hash TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    session_id TEXT COLLATE "C" NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    client_id TEXT COLLATE "C" NOT NULL,
    redirect_uri TEXT NOT NULL,
    code_challenge TEXT NOT NULL,
    nonce TEXT,
    expires_at BIGINT NOT NULL,
    redeemed_at BIGINT
);
CREATE INDEX codes_by_session ON codes (session_id);
CREATE INDEX codes_by_age ON codes (expires_at);

CREATE TABLE refresh_tokens (
    hash TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    session_id TEXT COLLATE "C" NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    redeemed_at BIGINT
);
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);
CREATE INDEX refresh_tokens_by_age ON refresh_tokens (expires_at);

CREATE TABLE api_keys (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    workspace_id TEXT COLLATE "C" REFERENCES workspaces (id) ON DELETE CASCADE,
    secret_hash TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT,
    CONSTRAINT api_keys_secret UNIQUE (secret_hash)
);
CREATE INDEX api_keys_by_workspace ON api_keys (workspace_id, id);

-- `pkcs8` is sealed.
CREATE TABLE signing_keys (
    kid TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    pkcs8 TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    retired_at BIGINT
);

-- No foreign key: what was done to a workspace is kept after the workspace.
CREATE TABLE audit_events (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    workspace_id TEXT COLLATE "C",
    actor_kind TEXT NOT NULL,
    actor_id TEXT COLLATE "C",
    action TEXT NOT NULL,
    target TEXT NOT NULL,
    detail TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX audit_events_by_workspace ON audit_events (workspace_id, id);
