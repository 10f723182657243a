DROP INDEX sign_in_attempts_pending;
ALTER TABLE codes DROP COLUMN attempt_id;
