-- How a change came in: by which way, and in which request. Nobody knows it of entries from before.
ALTER TABLE audit_events ADD COLUMN via TEXT;
ALTER TABLE audit_events ADD COLUMN request_id TEXT;

-- What makes the log tamper-evident (docs/audit.md). `mac` is written with the entry; its place in a chain,
-- which is the id of its workspace or `deployment`, a few seconds later.
ALTER TABLE audit_events ADD COLUMN mac TEXT;
ALTER TABLE audit_events ADD COLUMN chain TEXT COLLATE "C";
ALTER TABLE audit_events ADD COLUMN number BIGINT;
ALTER TABLE audit_events ADD COLUMN chain_mac TEXT;
CREATE INDEX audit_events_unsealed ON audit_events (id) WHERE number IS NULL;
CREATE UNIQUE INDEX audit_events_in_chain ON audit_events (chain, number);

-- Where each chain ends, and where what is kept of it begins. `mac` covers the five columns before it.
-- `kept_since` is the time of the oldest entry, `broken_at` when a server found the chain broken and left it
-- as it was.
CREATE TABLE audit_chains (
    chain TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    head_number BIGINT NOT NULL,
    head_mac TEXT NOT NULL,
    kept_from BIGINT NOT NULL,
    kept_after_mac TEXT NOT NULL,
    mac TEXT NOT NULL,
    kept_since BIGINT NOT NULL,
    announced_number BIGINT NOT NULL,
    written_number BIGINT NOT NULL,
    broken_at BIGINT
);
CREATE INDEX audit_chains_unannounced ON audit_chains (chain) WHERE announced_number < head_number;
CREATE INDEX audit_chains_unwritten ON audit_chains (chain) WHERE written_number < head_number;
CREATE INDEX audit_chains_broken ON audit_chains (chain) WHERE broken_at IS NOT NULL;

-- For how many days the log is kept; none: as long as the deployment's is.
ALTER TABLE workspaces ADD COLUMN audit_retention_days BIGINT;
