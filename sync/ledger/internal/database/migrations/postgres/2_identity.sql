-- Where the users of a scope lie, so that the scopes of one destination can be listed.
-- A scope that was not opened since has no base.
ALTER TABLE usersync_scope ADD COLUMN destination TEXT NOT NULL DEFAULT '';
ALTER TABLE usersync_scope ADD COLUMN base TEXT NOT NULL DEFAULT '';
ALTER TABLE usersync_scope ADD COLUMN account TEXT NOT NULL DEFAULT '';
-- How long a call of the lease's holder may take, in milliseconds.
ALTER TABLE usersync_scope ADD COLUMN grace BIGINT NOT NULL DEFAULT 0;
-- What entries of this run and those before it say about fields is not trusted.
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

-- Deletions that were seen to happen: a user who is missing later was not always missing.
CREATE TABLE usersync_deleted (
	scope  BIGINT NOT NULL,
	id     TEXT COLLATE "C" NOT NULL,
	remote TEXT    NOT NULL,
	run    BIGINT NOT NULL,
	record BIGINT NOT NULL,
	at     BIGINT NOT NULL, -- milliseconds since 1970
	PRIMARY KEY (scope, id)
);

-- What ids that look alike have in common, where it is not the id itself.
ALTER TABLE usersync_entry ADD COLUMN folded TEXT COLLATE "C";
CREATE INDEX usersync_entry_folded ON usersync_entry (scope, folded) WHERE folded IS NOT NULL;
CREATE INDEX usersync_entry_remote ON usersync_entry (scope, remote) WHERE remote <> '';
