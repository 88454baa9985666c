-- Who works on a run, or on a shard of one, and may write its files below. A run that is not
-- made in shards counts as one.
CREATE TABLE usersync_shard (
	run     BIGINT PRIMARY KEY, -- the shard's own number in the order of runs
	main    BIGINT NOT NULL,    -- the run of which it is a shard; run itself if that has none
	epoch   BIGINT NOT NULL DEFAULT 1, -- raised when a process takes the shard
	holder  TEXT   NOT NULL DEFAULT '',
	expires BIGINT NOT NULL DEFAULT 0, -- milliseconds since 1970, by the server's clock; 0: released
	grace   BIGINT NOT NULL DEFAULT 0, -- how long a call of the holder may take, in milliseconds
	done    BIGINT NOT NULL DEFAULT 0, -- 1: each of its records has an outcome
	totals  TEXT   NOT NULL DEFAULT '' -- what the guards of the other shards must know
);
CREATE INDEX usersync_shard_main ON usersync_shard (main);
-- Files of runs that any machine can read: they only grow, by pieces.
CREATE TABLE usersync_chunk (
	run   BIGINT NOT NULL,
	file  TEXT   NOT NULL,
	start BIGINT NOT NULL, -- the offset in the file
	bytes BYTEA  NOT NULL,
	PRIMARY KEY (run, file, start)
);
-- Runs that are made in shards, by the name that their processes have in common.
CREATE TABLE usersync_job (
	scope    BIGINT NOT NULL,
	name     TEXT   NOT NULL,
	run      TEXT   NOT NULL, -- the run's own name
	shards   BIGINT NOT NULL,
	identity TEXT   NOT NULL, -- what all shards must agree on
	state    TEXT   NOT NULL, -- starting, open, merged
	epoch    BIGINT NOT NULL DEFAULT 0, -- of the scope's lease, which all shards hold together
	PRIMARY KEY (scope, name)
);
