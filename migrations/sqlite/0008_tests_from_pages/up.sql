-- The page of ours that shows how the test has ended, where one has started it.
ALTER TABLE test_runs ADD COLUMN return_path TEXT;

-- What has ended, for the charts: by itself, so that a day is counted without reading what is kept of
-- each attempt.
CREATE INDEX sign_in_attempts_ended ON sign_in_attempts
    (connection_id, outcome, finished_at, started_at) WHERE outcome <> 'pending';
CREATE INDEX sign_in_attempts_ended_in_workspace ON sign_in_attempts
    (workspace_id, outcome, finished_at, started_at) WHERE outcome <> 'pending';
