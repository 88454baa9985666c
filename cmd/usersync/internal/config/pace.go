package config

import (
	"usersync/cmd/usersync/internal/quantity"
	"usersync/cmd/usersync/internal/setting"
)

// Where a limit on calls is shared.
const (
	ShareAuto   = "auto"
	ShareNone   = "none"
	ShareLedger = "ledger"
	ShareRedis  = "redis"
)

func (p *Pace) settings() []setting.Setting {
	return []setting.Setting{
		{Key: "rate", Group: setting.GroupPace, Common: true, Flag: "rate", Value: "N/s", Default: "auto", Commands: setting.BetweenParts,
			Use: "most calls per second or minute: 16/s, 1000/m, 50 (per second) or unlimited; auto is the API's documented rate, or unlimited with the sandbox",
			Set: setting.Into(&p.Rate, quantity.ParseRateOrAuto)},
		{Key: "burst", Group: setting.GroupPace, Flag: "burst", Value: "N", Default: "1", Commands: setting.BetweenParts,
			Use: "calls that may start at once after a pause",
			Set: setting.Into(&p.Burst, quantity.ParseCount(1))},
		{Key: "rate_share", Group: setting.GroupPace, Flag: "rate-share", Value: "WHERE", Default: ShareAuto, Words: []string{ShareAuto, ShareNone, ShareLedger, ShareRedis}, Added: true, Commands: setting.BetweenParts,
			Use: "where all processes that send to the account share rate and burst: ledger, which is in PostgreSQL, redis (see redis_url), or none; auto is the ledger if the run has several shards",
			Set: setting.IntoString(&p.Share)},
		{Key: "redis_url", Group: setting.GroupPace, Kind: setting.Secret, Remote: true, Added: true,
			Use: "address of the Redis server of rate_share: redis, redis://USER:PASSWORD@HOST:PORT/N, or rediss:// with TLS",
			Set: setting.IntoSecret(&p.Redis)},
		{Key: "workers", Group: setting.GroupPace, Common: true, Flag: "workers", Value: "N", Default: "auto", Earlier: "16", Commands: setting.BetweenParts,
			Use: "most calls in flight at the same time; auto finds how many the rate needs, from 16 to 512, or how many the API can work on if the rate is unlimited, from 16 to 64",
			Set: setting.Into(&p.Workers, quantity.ParseCountOrAuto(1))},
		{Key: "batch_size", Group: setting.GroupPace, Flag: "batch-size", Value: "N", Default: "100", Commands: setting.BetweenParts,
			Use: "users per call, if the API takes several, up to the API's own limit; without it, custom sends as many as batch: says",
			Set: setting.Into(&p.BatchSize, quantity.ParseCount(1))},
		{Key: "retries", Group: setting.GroupPace, Common: true, Flag: "retries", Value: "N", Default: "5", Commands: setting.BetweenParts,
			Use: "how many times, at most, to send a user again",
			Set: setting.Into(&p.Retries, quantity.ParseCount(0))},
		{Key: "timeout", Group: setting.GroupPace, Flag: "timeout", Value: "TIME", Default: "30s", Commands: setting.BetweenParts,
			Use: "time limit of one call",
			Set: setting.Into(&p.Timeout, quantity.ParseDuration)},
		{Key: "max_wait", Group: setting.GroupPace, Flag: "max-wait", Value: "TIME", Default: "15m", Commands: setting.BetweenParts,
			Use: "longest pause that the API may ask for; the run stops if it asks for more",
			Set: setting.Into(&p.MaxWait, quantity.ParseDuration)},
		{Key: "give_up_after", Group: setting.GroupPace, Flag: "give-up-after", Value: "TIME", Default: "10m", Commands: setting.BetweenParts,
			Use: "stop the run when the API has been down this long",
			Set: setting.Into(&p.GiveUpAfter, quantity.ParseDuration)},
		{Key: "grace_period", Group: setting.GroupPace, Flag: "grace-period", Value: "TIME", Default: "60s", Commands: setting.BetweenParts, Added: true,
			Use: "how long after SIGTERM the process is killed, as Kubernetes or systemd says; calls in flight are canceled 10 s before that (a quarter, if it is short), so that there is time to write down what happened",
			Set: setting.Into(&p.GracePeriod, quantity.ParseDuration)},
	}
}

func (n *Network) settings() []setting.Setting {
	return []setting.Setting{
		{Key: "tls.ca", Group: setting.GroupNetwork, Kind: setting.Path, Value: "FILE", Remote: true,
			Use: "certificates (PEM) to trust besides the system's",
			Set: setting.IntoString(&n.CA)},
		{Key: "tls.cert", Group: setting.GroupNetwork, Kind: setting.Path, Value: "FILE", Remote: true,
			Use: "client certificate (PEM), for an API that asks for one",
			Set: setting.IntoString(&n.Cert)},
		{Key: "tls.key", Group: setting.GroupNetwork, Kind: setting.Path, Value: "FILE", Remote: true,
			Use: "private key (PEM) of the client certificate",
			Set: setting.IntoString(&n.Key)},
		{Key: "proxy", Group: setting.GroupNetwork, Flag: "proxy", Kind: setting.URL, Value: "URL", Keyword: "none", Remote: true,
			Use: "proxy for calls, or none; without it HTTPS_PROXY and NO_PROXY apply",
			Set: setting.IntoString(&n.Proxy)},
		{Key: "http2", Group: setting.GroupNetwork, Flag: "http2", Kind: setting.Bool, Default: "false", Remote: true,
			Use: "offer HTTP/2 as well as HTTP/1.1; with many users per call it costs more and gains nothing",
			Set: setting.IntoBool(&n.HTTP2)},
		{Key: "insecure_http", Group: setting.GroupNetwork, Flag: "insecure-http", Kind: setting.Bool, Default: "false", Remote: true, Commands: setting.ForLedger,
			Use: "allow http:// addresses on other machines",
			Set: setting.IntoBool(&n.InsecureHTTP)},
	}
}
