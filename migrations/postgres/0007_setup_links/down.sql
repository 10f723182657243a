DROP TABLE setup_sessions;
DROP TABLE setup_links;
-- The release before knows nobody of this kind, and could not read its log.
UPDATE audit_events SET actor_kind = 'system', actor_id = NULL WHERE actor_kind = 'setup_link';
