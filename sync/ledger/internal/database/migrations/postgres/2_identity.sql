-- The parts of the name of a scope, so that the scopes of one destination can be listed.
-- A scope that has not been opened since this step has no base.
ALTER TABLE usersync_scope ADD COLUMN destination TEXT NOT NULL DEFAULT '';
ALTER TABLE usersync_scope ADD COLUMN base TEXT NOT NULL DEFAULT '';
ALTER TABLE usersync_scope ADD COLUMN account TEXT NOT NULL DEFAULT '';
-- How long a call of the lease's holder may take, in milliseconds.
ALTER TABLE usersync_scope ADD COLUMN grace BIGINT NOT NULL DEFAULT 0;
-- Fingerprints from this run and earlier runs are not trusted.
ALTER TABLE usersync_scope ADD COLUMN distrusted BIGINT NOT NULL DEFAULT 0;

-- A run's number is its place in the order of all runs.
ALTER TABLE usersync_run ADD COLUMN scope BIGINT NOT NULL DEFAULT 0;
ALTER TABLE usersync_run ADD COLUMN feed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE usersync_run ADD COLUMN host TEXT NOT NULL DEFAULT '';
ALTER TABLE usersync_run ADD COLUMN dir TEXT NOT NULL DEFAULT '';
-- Empty: from before runs were registered.
ALTER TABLE usersync_run ADD COLUMN state TEXT NOT NULL DEFAULT '';
ALTER TABLE usersync_run ADD COLUMN ended_by TEXT NOT NULL DEFAULT '';
ALTER TABLE usersync_run ADD COLUMN replay BIGINT NOT NULL DEFAULT 0;
ALTER TABLE usersync_run ADD COLUMN settings TEXT NOT NULL DEFAULT '';
-- Milliseconds since 1970, by the clock of its host.
ALTER TABLE usersync_run ADD COLUMN started BIGINT NOT NULL DEFAULT 0;
-- The next row of the scope when the run began.
ALTER TABLE usersync_run ADD COLUMN first BIGINT NOT NULL DEFAULT 0;
CREATE INDEX usersync_run_open ON usersync_run (scope) WHERE state IN ('open', 'stopped');

-- Confirmed deletions. They explain why a user is missing later.
CREATE TABLE usersync_deleted (
	scope  BIGINT NOT NULL,
	id     TEXT COLLATE "C" NOT NULL,
	remote TEXT    NOT NULL,
	run    BIGINT NOT NULL,
	record BIGINT NOT NULL,
	at     BIGINT NOT NULL, -- milliseconds since 1970
	PRIMARY KEY (scope, id)
);

-- The form that ids that look alike share; NULL if it is the id itself.
ALTER TABLE usersync_entry ADD COLUMN folded TEXT COLLATE "C";
CREATE INDEX usersync_entry_folded ON usersync_entry (scope, folded) WHERE folded IS NOT NULL;
CREATE INDEX usersync_entry_remote ON usersync_entry (scope, remote) WHERE remote <> '';
