-- What calls with an Idempotency-Key were answered: for a day, sealed, because some answers show a secret
-- that is shown once. The id is a hash of the API key's id and the caller's own key.
CREATE TABLE kept_answers (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    request_hash TEXT NOT NULL,
    answer TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX kept_answers_created ON kept_answers (created_at);
