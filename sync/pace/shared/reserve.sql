-- Reserves moments for calls, by the server's clock. $1 is the account, $2 the run; the
-- other parameters are the fields of pace.Ask, with times in microseconds.
--
-- The commit is not flushed to disk: after a crash of the server nothing is reserved
-- until all calls that it may have forgotten are over (forgotten). So it is for a process
-- that could not reach the server, and for the first of a run, if nothing is reserved: the
-- run before may have been counted elsewhere.
WITH quick AS MATERIALIZED (
	SELECT set_config('synchronous_commit', 'off', true)
), had AS MATERIALIZED (
	SELECT r.* FROM quick, usersync_rate r WHERE r.name = $1 FOR UPDATE OF r
), seen AS MATERIALIZED ( -- the clock is read after the row is locked
	SELECT had.*, trunc(extract(epoch FROM clock_timestamp())::float8 * 1e6) AS now,
		extract(epoch FROM pg_postmaster_start_time())::float8 * 1e6 AS started
	FROM had
), known AS MATERIALIZED (
	SELECT seen.*, run <> $2::text AND due < now AS first FROM seen
), told AS MATERIALIZED (
	SELECT name, now, due, started, first OR $7::bool AS lost,
		greatest(paused, now + $8::float8) AS paused,
		coalesce(least(nullif(CASE WHEN first THEN 0 ELSE granted END, 0), nullif($10::float8, 0)), 0) AS granted,
		coalesce(least(nullif(CASE WHEN first THEN 0 ELSE lowered END, 0), nullif($11::float8, 0)), 0) AS lowered,
		CASE WHEN first OR cut > now THEN 0 ELSE cut END AS cut, CASE WHEN raised > now THEN 0 ELSE raised END AS raised,
		CASE WHEN $13::float8 > 0 THEN $12::float8 WHEN now < ends AND NOT first THEN quota ELSE 0 END AS quota,
		CASE WHEN $13::float8 > 0 THEN now + $13::float8 ELSE ends END AS ends,
		greatest(CASE WHEN first THEN 0 ELSE margin END, $6::float8) AS margin
	FROM known
), goals AS MATERIALIZED (
	SELECT told.*, least($4::float8, nullif(granted, 0)) AS goal,
		$9::float8 > 0 AND cut + 1e6 <= now AS cuts,
		$14::bool AND $9::float8 = 0 AND lowered > 0 AND greatest(cut, raised) + 1e6 <= now AS raises,
		greatest(margin, 1e6 * ((floor($4::float8) + 1) / $4::float8 - 1)) AS grace
	FROM told
), rates AS MATERIALIZED (
	SELECT goals.*, CASE
			WHEN cuts THEN greatest(least(goal, nullif(lowered, 0)) * $9::float8, least(0.1, goal))
			WHEN raises AND lowered + goal / 20 >= goal THEN 0
			WHEN raises THEN lowered + goal / 20
			ELSE lowered END AS slower,
		1e6 + 1e6 * $5::float8 / $4::float8 + grace AS forgotten
	FROM goals
), spaced AS MATERIALIZED (
	SELECT rates.*, least(goal, nullif(slower, 0)) AS force,
		greatest(1e6 / least(goal, nullif(slower, 0), nullif(quota, 0)), (1e6 + grace) / (floor($4::float8) + 1)) AS apart,
		greatest(now, paused, CASE WHEN started <= now THEN started + forgotten END, CASE WHEN lost THEN now + forgotten ELSE 0 END) AS earliest
	FROM rates
), judged AS MATERIALIZED ( -- no quota spreads calls farther apart than a minute
	SELECT spaced.*, now + $8::float8 AS told, due > earliest + forgotten + $5::float8 * greatest(apart, 6e7) AS jumped FROM spaced
), begun AS MATERIALIZED (
	SELECT judged.*, CASE WHEN jumped THEN told ELSE paused END AS pause, CASE WHEN jumped THEN greatest(told, now + forgotten) ELSE earliest END AS base FROM judged
), line AS MATERIALIZED (
	SELECT begun.*, CASE WHEN jumped THEN base ELSE greatest(due, base) END AS head, apart * ($5::float8 - 1) AS early FROM begun
), taken AS MATERIALIZED (
	SELECT line.*, CASE WHEN base > now + 1e6 THEN 0
		ELSE greatest(0, least($3::float8, floor((now + 1e6 - head + early) / apart) + 1)) END AS n
	FROM line
)
UPDATE usersync_rate r SET run = $2, due = t.head + t.n * t.apart, paused = t.pause, granted = t.granted, lowered = t.slower,
	cut = CASE WHEN t.cuts THEN t.now ELSE t.cut END, raised = CASE WHEN t.raises THEN t.now ELSE t.raised END, quota = t.quota, ends = t.ends, margin = t.margin
FROM taken t WHERE r.name = t.name
RETURNING t.now, t.base, t.head, t.apart, t.early, t.n, t.grace, t.force, greatest(t.pause - t.now, 0)
