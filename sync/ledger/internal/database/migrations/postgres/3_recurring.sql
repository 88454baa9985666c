-- Rows that ended as refused or invalid, run after run.
CREATE TABLE usersync_recurring (
	scope   BIGINT  NOT NULL,
	feed    BIGINT  NOT NULL,
	id      TEXT COLLATE "C" NOT NULL, -- empty: the row has none that can be read
	hash    BIGINT  NOT NULL, -- keyed, of the row and of the settings
	status  TEXT    NOT NULL,
	code    TEXT    NOT NULL,
	runs    BIGINT  NOT NULL, -- finished runs in a row that ended like that
	run     BIGINT  NOT NULL, -- the last run that met the row
	counted BIGINT  NOT NULL, -- the last run that runs has counted, or that did not try the row
	first   BIGINT  NOT NULL, -- milliseconds since 1970, as are the next two
	last    BIGINT  NOT NULL,
	sent    BIGINT  NOT NULL, -- 0: never
	PRIMARY KEY (scope, feed, id, hash)
);
