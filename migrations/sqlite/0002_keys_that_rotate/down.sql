ALTER TABLE clients DROP COLUMN id_token_signed_response_alg;
-- The release before knows ES256 alone, and takes the newest key that is not retired.
DELETE FROM signing_keys WHERE algorithm <> 'ES256';
ALTER TABLE signing_keys DROP COLUMN signs_from;
ALTER TABLE signing_keys DROP COLUMN algorithm;
