-- Which attempt a code ended: its timeline goes on when the code is redeemed.
ALTER TABLE codes ADD COLUMN attempt_id TEXT COLLATE "C";

-- Those that went to the IdP and have not come back, to count them and to forget them.
CREATE INDEX sign_in_attempts_pending ON sign_in_attempts (connection_id, id)
    WHERE outcome = 'pending';
