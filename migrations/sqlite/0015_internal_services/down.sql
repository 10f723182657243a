DROP TABLE forward_tokens;
ALTER TABLE clients DROP COLUMN jwks_uri;
