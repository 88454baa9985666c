package shared

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"net/url"
	"strconv"

	"github.com/gomodule/redigo/redis"

	"usersync/sync/pace"
)

//go:embed reserve.lua
var reserveLua string

// Redis is a limit in a hash of a Redis server. It is safe for concurrent use.
type Redis struct {
	pool         redis.Pool
	script       *redis.Script
	account, run string
}

// OpenRedis returns a limit at the server with an address redis://HOST:PORT/N, or
// rediss:// with TLS. It makes no connection yet. The error does not show the address.
func OpenRedis(address, account, run string) (*Redis, error) {
	if u, err := url.Parse(address); err != nil || u.Host == "" || u.Scheme != "redis" && u.Scheme != "rediss" {
		return nil, errors.New("its address is not redis://HOST:PORT/N or rediss://HOST:PORT/N")
	}
	r := &Redis{script: redis.NewScript(1, reserveLua), account: account, run: run}
	r.pool.MaxIdle, r.pool.MaxActive, r.pool.Wait = 2, 2, true // a question, and news that cannot wait for its answer
	r.pool.DialContext = func(ctx context.Context) (redis.Conn, error) {
		return redis.DialURLContext(ctx, address, redis.DialConnectTimeout(redisTimeout), redis.DialReadTimeout(redisTimeout), redis.DialWriteTimeout(redisTimeout))
	}
	return r, nil
}

// Close closes the connections.
func (r *Redis) Close() error { return r.pool.Close() }

// Reserve reserves moments by one script.
func (r *Redis) Reserve(ctx context.Context, a pace.Ask) (pace.Answer, error) {
	answer, err := r.ask(ctx, a)
	if err != nil {
		return pace.Answer{}, fmt.Errorf("reserve calls in Redis: %w", err)
	}
	return answer, nil
}

func (r *Redis) ask(ctx context.Context, a pace.Ask) (answer pace.Answer, err error) {
	conn, err := r.pool.GetContext(ctx)
	if err != nil {
		return answer, err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	reply, err := redis.Strings(r.script.DoContext(ctx, conn, "usersync:rate:"+r.account, r.run, a.Calls, a.PerSecond, a.Burst, micros(a.Margin), flag(a.Lost),
		micros(a.Pause), a.Cut, a.Granted, a.Lowered, a.Quota, micros(a.QuotaFor), flag(a.Well)))
	if err != nil {
		return answer, err
	}
	var l line
	fields := []*float64{&l.now, &l.base, &l.head, &l.apart, &l.early, &l.taken, &l.grace, &l.force, &l.pause}
	if len(reply) != len(fields) {
		return answer, fmt.Errorf("%d numbers in the answer, want %d", len(reply), len(fields))
	}
	for i, text := range reply {
		if *fields[i], err = strconv.ParseFloat(text, 64); err != nil {
			return answer, err
		}
	}
	return l.answer(), nil
}

func flag(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
