DROP INDEX sign_in_attempts_ended_in_workspace;
DROP INDEX sign_in_attempts_ended;
ALTER TABLE test_runs DROP COLUMN return_path;
