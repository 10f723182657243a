-- Where events are sent to. Without a workspace: those of every workspace. `events` is a JSON list of
-- types, empty for all of them. Both secrets are sealed; the previous one signs beside the other until
-- `previous_secret_until`.
CREATE TABLE webhook_endpoints (
    id TEXT NOT NULL PRIMARY KEY,
    workspace_id TEXT REFERENCES workspaces (id) ON DELETE CASCADE,
    url TEXT NOT NULL,
    description TEXT,
    events TEXT NOT NULL,
    enabled INTEGER NOT NULL,
    disabled_reason TEXT,
    disabled_at INTEGER,
    secret TEXT NOT NULL,
    previous_secret TEXT,
    previous_secret_until INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX webhook_endpoints_by_workspace ON webhook_endpoints (workspace_id, id);

-- One event on its way to one endpoint, or arrived there. What is pending in a lane is sent in the order
-- of `seq`, one after the other. No reference to the workspace: that it was deleted is an event too.
CREATE TABLE webhook_deliveries (
    seq INTEGER NOT NULL PRIMARY KEY,
    id TEXT NOT NULL,
    endpoint_id TEXT NOT NULL REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
    lane TEXT NOT NULL,
    event_id TEXT NOT NULL,
    event_type TEXT NOT NULL,
    workspace_id TEXT,
    body TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    last_status INTEGER,
    last_reason TEXT,
    last_attempt_at INTEGER,
    next_try_at INTEGER,
    finished_at INTEGER,
    created_at INTEGER NOT NULL,
    CONSTRAINT webhook_deliveries_id UNIQUE (id)
) STRICT;
CREATE INDEX webhook_deliveries_by_lane ON webhook_deliveries (endpoint_id, lane, state, seq);
CREATE INDEX webhook_deliveries_by_endpoint ON webhook_deliveries (endpoint_id, seq);
CREATE INDEX webhook_deliveries_by_age ON webhook_deliveries (created_at);

-- A lane with pending deliveries: the events of one workspace to one endpoint. Whoever adds to it or takes
-- from it locks its row, so that `seq` grows in the order of the commits. `next_try_at` is when its first
-- delivery is tried: null while the endpoint is disabled, and put off while it is under way.
CREATE TABLE webhook_lanes (
    endpoint_id TEXT NOT NULL REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
    lane TEXT NOT NULL,
    next_try_at INTEGER,
    failures INTEGER NOT NULL,
    failing_since INTEGER,
    PRIMARY KEY (endpoint_id, lane)
) STRICT, WITHOUT ROWID;
CREATE INDEX webhook_lanes_due ON webhook_lanes (next_try_at);

-- The last refused sign-in of a connection, and whether the burst that it belongs to was told of.
CREATE TABLE refusal_bursts (
    connection_id TEXT NOT NULL PRIMARY KEY REFERENCES connections (id) ON DELETE CASCADE,
    last_refused_at INTEGER NOT NULL,
    told INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
