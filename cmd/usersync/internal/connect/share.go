package connect

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/ledger"
	"usersync/sync/pace"
	"usersync/sync/pace/shared"
)

// Share makes the limit on calls one of all processes that share it, if c says so. Call it
// before the first call; no call may be made before the ledger is open. An *exit.Error says
// that the limit cannot be shared as c asks.
func (conn *Connection) Share(c *config.Config) error {
	limits := PaceOptions(c, conn.Client.Traits())
	where, err := sharedWhere(c, limits)
	if err != nil || where == config.ShareNone {
		return err
	}
	db, err := ledger.Connect(c.Ledger.URL)
	if err != nil {
		return err
	}
	conn.limit = append(conn.limit, db.Close)
	account, run := ScopeName(conn.ScopeIn("")), cmp.Or(c.Shards.RunID, sharedRun())
	inLedger := &shared.Postgres{DB: db, Account: account, Run: run}
	limits.Shared = inLedger
	if where == config.ShareRedis {
		inRedis, err := shared.OpenRedis(c.Pace.Redis.Reveal(), account, run)
		if err != nil {
			return exit.Usage(fmt.Errorf("share the rate in Redis: %w", err), "check redis_url, or use --rate-share ledger", c.NextForSettings())
		}
		conn.limit = append(conn.limit, inRedis.Close)
		limits.Shared = &shared.Fallback{Redis: inRedis, Ledger: inLedger}
	}
	conn.Pace = pace.New(limits)
	return nil
}

// sharedWhere is where the limit is shared, if it can be.
func sharedWhere(c *config.Config, limits pace.Options) (string, error) {
	where := c.Pace.Share
	if where == config.ShareAuto && c.Shards.Split() && limits.PerSecond > 0 {
		where = config.ShareLedger
	}
	if where == config.ShareNone || where == config.ShareAuto || c.Target.Sandbox {
		return config.ShareNone, nil
	}
	inPostgres := strings.HasPrefix(c.Ledger.URL, "postgres://") || strings.HasPrefix(c.Ledger.URL, "postgresql://")
	switch fault := "share the rate: "; {
	case !inPostgres:
		return "", exit.Usage(errors.New(fault+"the ledger is not in PostgreSQL, where the processes could meet"), "set ledger to postgres://..., or leave --rate-share out", c.NextForSettings())
	case limits.PerSecond <= 0:
		return "", exit.Usage(errors.New(fault+"it is unlimited"), "give a --rate, or leave --rate-share out", c.NextForSettings())
	case where == config.ShareRedis && c.Pace.Redis.Reveal() == "":
		return "", exit.Usage(errors.New(fault+"redis_url is not set"), "set it in the config file to env:NAME or file:PATH, or use --rate-share ledger", c.NextForSettings())
	}
	return where, nil
}

// sharedRun names a run that no other process is part of.
func sharedRun() string {
	host, _ := os.Hostname() // a name that is missing is as good as another
	return fmt.Sprintf("%s %d %s", host, os.Getpid(), time.Now().UTC().Format(time.RFC3339Nano))
}
