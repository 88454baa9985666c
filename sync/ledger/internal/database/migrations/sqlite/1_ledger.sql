CREATE TABLE usersync_meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE usersync_scope (
	num        INTEGER PRIMARY KEY,
	name       TEXT    NOT NULL UNIQUE,
	generation INTEGER NOT NULL DEFAULT 0,
	next       INTEGER NOT NULL DEFAULT 1, -- the next row to assign
	epoch      INTEGER NOT NULL DEFAULT 0, -- raised when a run takes the lease
	holder     TEXT    NOT NULL DEFAULT '',
	expires    INTEGER NOT NULL DEFAULT 0  -- of the lease: milliseconds since 1970, by the server's clock
);
CREATE TABLE usersync_feed  (num INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE usersync_field (num INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE usersync_run   (num INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE usersync_entry (
	num      INTEGER PRIMARY KEY, -- scope << 40 | row
	scope    INTEGER NOT NULL,
	id       TEXT    NOT NULL,
	feed     INTEGER NOT NULL,
	standing INTEGER NOT NULL,
	remote   TEXT    NOT NULL,
	run      INTEGER NOT NULL,
	record   INTEGER NOT NULL,
	prints   BLOB    NOT NULL,
	UNIQUE (scope, id)
);
CREATE TABLE usersync_mark (
	scope  INTEGER NOT NULL,
	run    INTEGER NOT NULL,
	record INTEGER NOT NULL,
	bytes  INTEGER NOT NULL,
	sha256 BLOB    NOT NULL,
	sizes  TEXT    NOT NULL,
	at     INTEGER NOT NULL, -- milliseconds since 1970
	PRIMARY KEY (scope, run)
) WITHOUT ROWID;
