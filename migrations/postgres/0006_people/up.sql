-- How somebody became a member. Of those who are there, nobody knows any more who came by signing in.
ALTER TABLE members ADD COLUMN provisioned TEXT NOT NULL DEFAULT 'api';
-- When they followed a link that was sent to their address, and which address it was: the release
-- before changes an address without a word here.
ALTER TABLE members ADD COLUMN email_proven_at BIGINT;
ALTER TABLE members ADD COLUMN email_proven_key TEXT COLLATE "C";
CREATE INDEX members_by_email ON members (email_key);

-- A proof says by whom it was given and which keys were trusted then. The release before writes the
-- time alone: that proves nothing any more.
ALTER TABLE identities ADD COLUMN proven_by TEXT;
ALTER TABLE identities ADD COLUMN proven_keys TEXT;

ALTER TABLE workspaces ADD COLUMN session_idle_minutes BIGINT NOT NULL DEFAULT 480;
ALTER TABLE workspaces ADD COLUMN session_lifetime_minutes BIGINT NOT NULL DEFAULT 1440;
ALTER TABLE workspaces ADD COLUMN sso_enabled_at BIGINT;
-- The operator's break-glass code, as SHA-256, and until when it counts.
ALTER TABLE workspaces ADD COLUMN unlocked_until BIGINT;
ALTER TABLE workspaces ADD COLUMN unlock_code_hash TEXT COLLATE "C";

-- A domain with the empty token has none yet, and cannot be proved.
ALTER TABLE domains ADD COLUMN token TEXT NOT NULL DEFAULT '';
ALTER TABLE domains ADD COLUMN last_check_at BIGINT;
ALTER TABLE domains ADD COLUMN last_check_outcome TEXT;
ALTER TABLE domains ADD COLUMN next_check_at BIGINT;
ALTER TABLE domains ADD COLUMN absences TEXT NOT NULL DEFAULT '[]';
ALTER TABLE domains ADD COLUMN created_at BIGINT NOT NULL DEFAULT 0;
UPDATE domains SET
    token = replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''),
    created_at = coalesce(verified_at, (extract(epoch FROM now()) * 1000000)::bigint);
-- A proved domain belongs to one workspace: to the one that had proved it first.
UPDATE domains SET verified_at = NULL
    WHERE verified_at IS NOT NULL AND EXISTS (
        SELECT 1 FROM domains AS earlier
        WHERE earlier.domain = domains.domain AND earlier.verified_at IS NOT NULL
            AND (earlier.verified_at, earlier.id) < (domains.verified_at, domains.id)
    );
CREATE UNIQUE INDEX domains_verified ON domains (domain) WHERE verified_at IS NOT NULL;
CREATE INDEX domains_due ON domains (next_check_at) WHERE verified_at IS NOT NULL;

-- Which proven admin has said that a mapping to `admin` counts, and when.
ALTER TABLE revisions ADD COLUMN admin_mapping_enabled_by TEXT COLLATE "C";
ALTER TABLE revisions ADD COLUMN admin_mapping_enabled_at BIGINT;

-- Whom a passed test was about, and the hash of the cookie of the browser that passed it. Personal
-- data: it goes after a month.
ALTER TABLE test_runs ADD COLUMN claim TEXT;
ALTER TABLE test_runs ADD COLUMN browser TEXT COLLATE "C";
CREATE INDEX test_runs_claimed ON test_runs (finished_at) WHERE claim IS NOT NULL;

-- 'local' where somebody came in by a password or a passkey of ours; else the columns of SAML say it.
ALTER TABLE sessions ADD COLUMN door TEXT;

-- The client that stands for our own pages. Its secret is the hash of nothing that anybody knows.
INSERT INTO clients (id, name, redirect_uris, secret_hash, created_at)
    VALUES ('app_00000000000070008000000000000001', 'Vestibule', '[]', repeat('0', 64), 0);

CREATE TABLE passwords (
    member_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    workspace_id TEXT COLLATE "C" NOT NULL,
    hash TEXT NOT NULL,
    set_at BIGINT NOT NULL,
    last_used_at BIGINT,
    CONSTRAINT passwords_member FOREIGN KEY (workspace_id, member_id)
        REFERENCES members (workspace_id, id) ON DELETE CASCADE
);

-- Authenticator apps that count. `seed` is sealed; `last_step` is the time step of the last code that
-- was taken.
CREATE TABLE totp (
    member_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    workspace_id TEXT COLLATE "C" NOT NULL,
    seed TEXT NOT NULL,
    confirmed_at BIGINT NOT NULL,
    last_step BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT totp_member FOREIGN KEY (workspace_id, member_id)
        REFERENCES members (workspace_id, id) ON DELETE CASCADE
);

-- Apps that no code has confirmed yet: the one that counts goes on meanwhile. `seed` is sealed.
CREATE TABLE totp_enrolments (
    member_id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    workspace_id TEXT COLLATE "C" NOT NULL,
    seed TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT totp_enrolments_member FOREIGN KEY (workspace_id, member_id)
        REFERENCES members (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX totp_enrolments_by_age ON totp_enrolments (created_at);

CREATE TABLE recovery_codes (
    hash TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    workspace_id TEXT COLLATE "C" NOT NULL,
    member_id TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT,
    CONSTRAINT recovery_codes_member FOREIGN KEY (workspace_id, member_id)
        REFERENCES members (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX recovery_codes_by_member ON recovery_codes (workspace_id, member_id);

CREATE TABLE passkeys (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    workspace_id TEXT COLLATE "C" NOT NULL,
    member_id TEXT COLLATE "C" NOT NULL,
    name TEXT NOT NULL,
    credential_id TEXT COLLATE "C" NOT NULL,
    credential TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    CONSTRAINT passkeys_credential UNIQUE (credential_id),
    CONSTRAINT passkeys_member FOREIGN KEY (workspace_id, member_id)
        REFERENCES members (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX passkeys_by_member ON passkeys (workspace_id, member_id);

-- Invitations, and links to set a password anew. One that was sent by mail counts while the member
-- has the address that it was sent to.
CREATE TABLE password_links (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    token_hash TEXT COLLATE "C" NOT NULL,
    workspace_id TEXT COLLATE "C" NOT NULL,
    member_id TEXT COLLATE "C" NOT NULL,
    purpose TEXT NOT NULL,
    by_mail BOOLEAN NOT NULL,
    email_key TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    CONSTRAINT password_links_token UNIQUE (token_hash),
    CONSTRAINT password_links_member FOREIGN KEY (workspace_id, member_id)
        REFERENCES members (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX password_links_by_member ON password_links (workspace_id, member_id);
CREATE INDEX password_links_by_age ON password_links (expires_at);

-- What a browser adds to a session of our own pages; `token_hash` is the hash of its cookie.
CREATE TABLE browser_sessions (
    token_hash TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    session_id TEXT COLLATE "C" NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    workspace_id TEXT COLLATE "C" NOT NULL,
    member_id TEXT COLLATE "C" NOT NULL,
    user_agent TEXT,
    authenticated_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT browser_sessions_session UNIQUE (session_id),
    CONSTRAINT browser_sessions_member FOREIGN KEY (workspace_id, member_id)
        REFERENCES members (workspace_id, id) ON DELETE CASCADE
);
CREATE INDEX browser_sessions_by_member ON browser_sessions (workspace_id, member_id);

-- Mails that wait to be sent; `message` is sealed.
CREATE TABLE mails (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    workspace_id TEXT COLLATE "C" NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
    message TEXT NOT NULL,
    failures BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    next_try_at BIGINT NOT NULL
);
CREATE INDEX mails_by_workspace ON mails (workspace_id);
CREATE INDEX mails_due ON mails (next_try_at);
CREATE INDEX mails_by_age ON mails (created_at);
