CREATE TABLE usersync_meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE usersync_scope (
	num        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	name       TEXT    NOT NULL UNIQUE,
	generation BIGINT NOT NULL DEFAULT 0,
	next       BIGINT NOT NULL DEFAULT 1, -- the next row to assign
	epoch      BIGINT NOT NULL DEFAULT 0, -- raised when a run takes the lease
	holder     TEXT    NOT NULL DEFAULT '',
	expires    BIGINT NOT NULL DEFAULT 0  -- of the lease: milliseconds since 1970, by the server's clock
);
CREATE TABLE usersync_feed  (num BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE usersync_field (num BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE usersync_run   (num BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE usersync_entry (
	num      BIGINT PRIMARY KEY, -- scope << 40 | row
	scope    BIGINT NOT NULL,
	id       TEXT COLLATE "C" NOT NULL,
	feed     BIGINT NOT NULL,
	standing BIGINT NOT NULL,
	remote   TEXT    NOT NULL,
	run      BIGINT NOT NULL,
	record   BIGINT NOT NULL,
	prints   BYTEA   NOT NULL,
	UNIQUE (scope, id)
);
CREATE TABLE usersync_mark (
	scope  BIGINT NOT NULL,
	run    BIGINT NOT NULL,
	record BIGINT NOT NULL,
	bytes  BIGINT NOT NULL,
	sha256 BYTEA   NOT NULL,
	sizes  TEXT    NOT NULL,
	at     BIGINT NOT NULL, -- milliseconds since 1970
	PRIMARY KEY (scope, run)
);
