package config

import "usersync/cmd/usersync/internal/quantity"

// Where a limit on calls is shared.
const (
	ShareAuto   = "auto"
	ShareNone   = "none"
	ShareLedger = "ledger"
	ShareRedis  = "redis"
)

func (p *Pace) settings() []Setting {
	return []Setting{
		{Key: "rate", Group: GroupPace, Common: true, Flag: "rate", Value: "N/s", Default: "auto", Commands: BetweenParts,
			Use: "most calls per second or minute: 16/s, 1000/m, 50 (per second) or unlimited; auto is the API's documented rate, or unlimited with the sandbox",
			Set: Into(&p.Rate, quantity.ParseRateOrAuto)},
		{Key: "burst", Group: GroupPace, Flag: "burst", Value: "N", Default: "1", Commands: BetweenParts,
			Use: "calls that may start at once after a pause",
			Set: Into(&p.Burst, quantity.ParseCount(1))},
		{Key: "rate_share", Group: GroupPace, Flag: "rate-share", Value: "WHERE", Default: ShareAuto, Words: []string{ShareAuto, ShareNone, ShareLedger, ShareRedis}, Added: true, Commands: BetweenParts,
			Use: "where all processes that send to the account share rate and burst: ledger, which is in PostgreSQL, redis (see redis_url), or none; auto is the ledger if the run has several shards",
			Set: IntoString(&p.Share)},
		{Key: "redis_url", Group: GroupPace, Kind: Secret, Remote: true, Added: true,
			Use: "address of the Redis server of rate_share: redis, redis://USER:PASSWORD@HOST:PORT/N, or rediss:// with TLS",
			Set: IntoSecret(&p.Redis)},
		{Key: "workers", Group: GroupPace, Common: true, Flag: "workers", Value: "N", Default: "auto", Earlier: "16", Commands: BetweenParts,
			Use: "most calls in flight at the same time; auto finds how many the rate needs, from 16 to 512",
			Set: Into(&p.Workers, quantity.ParseCountOrAuto(1))},
		{Key: "batch_size", Group: GroupPace, Flag: "batch-size", Value: "N", Default: "100", Commands: BetweenParts,
			Use: "users per call, if the API takes several, up to the API's own limit; without it, custom sends as many as batch: says",
			Set: Into(&p.BatchSize, quantity.ParseCount(1))},
		{Key: "retries", Group: GroupPace, Common: true, Flag: "retries", Value: "N", Default: "5", Commands: BetweenParts,
			Use: "how many times, at most, to send a user again",
			Set: Into(&p.Retries, quantity.ParseCount(0))},
		{Key: "timeout", Group: GroupPace, Flag: "timeout", Value: "TIME", Default: "30s", Commands: BetweenParts,
			Use: "time limit of one call",
			Set: Into(&p.Timeout, quantity.ParseDuration)},
		{Key: "max_wait", Group: GroupPace, Flag: "max-wait", Value: "TIME", Default: "15m", Commands: BetweenParts,
			Use: "longest pause that the API may ask for; the run stops if it asks for more",
			Set: Into(&p.MaxWait, quantity.ParseDuration)},
		{Key: "give_up_after", Group: GroupPace, Flag: "give-up-after", Value: "TIME", Default: "10m", Commands: BetweenParts,
			Use: "stop the run when the API has been down this long",
			Set: Into(&p.GiveUpAfter, quantity.ParseDuration)},
		{Key: "grace_period", Group: GroupPace, Flag: "grace-period", Value: "TIME", Default: "60s", Commands: BetweenParts, Added: true,
			Use: "how long after SIGTERM the process is killed, as Kubernetes or systemd says; calls in flight are canceled 10 s before that (a quarter, if it is short), so that there is time to write down what happened",
			Set: Into(&p.GracePeriod, quantity.ParseDuration)},
	}
}

func (n *Network) settings() []Setting {
	return []Setting{
		{Key: "tls.ca", Group: GroupNetwork, Kind: Path, Value: "FILE", Remote: true,
			Use: "certificates (PEM) to trust besides the system's",
			Set: IntoString(&n.CA)},
		{Key: "tls.cert", Group: GroupNetwork, Kind: Path, Value: "FILE", Remote: true,
			Use: "client certificate (PEM), for an API that asks for one",
			Set: IntoString(&n.Cert)},
		{Key: "tls.key", Group: GroupNetwork, Kind: Path, Value: "FILE", Remote: true,
			Use: "private key (PEM) of the client certificate",
			Set: IntoString(&n.Key)},
		{Key: "proxy", Group: GroupNetwork, Flag: "proxy", Kind: URL, Value: "URL", Keyword: "none", Remote: true,
			Use: "proxy for calls, or none; without it HTTPS_PROXY and NO_PROXY apply",
			Set: IntoString(&n.Proxy)},
		{Key: "http2", Group: GroupNetwork, Flag: "http2", Kind: Bool, Default: "false", Remote: true,
			Use: "offer HTTP/2 as well as HTTP/1.1; with many users per call it costs more and gains nothing",
			Set: IntoBool(&n.HTTP2)},
		{Key: "insecure_http", Group: GroupNetwork, Flag: "insecure-http", Kind: Bool, Default: "false", Remote: true, Commands: ForLedger,
			Use: "allow http:// addresses on other machines",
			Set: IntoBool(&n.InsecureHTTP)},
	}
}
