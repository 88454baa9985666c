-- Rows that ended as refused or invalid, run after run.
CREATE TABLE usersync_recurring (
	scope   INTEGER NOT NULL,
	feed    INTEGER NOT NULL,
	id      TEXT    NOT NULL, -- empty: the row has none that can be read
	hash    INTEGER NOT NULL, -- keyed, of the row and of the settings
	status  TEXT    NOT NULL,
	code    TEXT    NOT NULL,
	runs    INTEGER NOT NULL, -- finished runs in a row that ended like that
	run     INTEGER NOT NULL, -- the last run that met the row
	counted INTEGER NOT NULL, -- the last run that runs has counted, or that did not try the row
	first   INTEGER NOT NULL, -- milliseconds since 1970, as are the next two
	last    INTEGER NOT NULL,
	sent    INTEGER NOT NULL, -- 0: never
	PRIMARY KEY (scope, feed, id, hash)
) WITHOUT ROWID;
