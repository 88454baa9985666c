-- The limit on calls that the processes of a run share, one row for each account. Times
-- are microseconds since 1970 by the server's clock.
CREATE TABLE usersync_rate (
	name    TEXT PRIMARY KEY,                     -- of the account's scope
	run     TEXT             NOT NULL DEFAULT '', -- the last run that asked
	due     DOUBLE PRECISION NOT NULL DEFAULT 0,  -- when the next call is due (GCRA's theoretical arrival time)
	paused  DOUBLE PRECISION NOT NULL DEFAULT 0,  -- no call starts before
	granted DOUBLE PRECISION NOT NULL DEFAULT 0,  -- calls per second that the API grants; 0: it has not said
	lowered DOUBLE PRECISION NOT NULL DEFAULT 0,  -- calls per second since the rate was cut; 0: it is not
	cut     DOUBLE PRECISION NOT NULL DEFAULT 0,  -- when it was last cut
	raised  DOUBLE PRECISION NOT NULL DEFAULT 0,  -- when it was last raised again
	quota   DOUBLE PRECISION NOT NULL DEFAULT 0,  -- calls per second that make a quota last until ends; 0: none
	ends    DOUBLE PRECISION NOT NULL DEFAULT 0,
	margin  DOUBLE PRECISION NOT NULL DEFAULT 0,  -- the longest that a process needs between its turn and its call
	off     TEXT             NOT NULL DEFAULT ''  -- the run for which Redis no longer counts
);
