package main

import (
	"runtime/debug"

	"usersync/cmd/usersync/internal/cgroup"
	"usersync/cmd/usersync/internal/config"
)

// limitMemory lets the collector work harder before the control group runs out of memory,
// such as in a container. GOMEMLIMIT takes precedence.
func limitMemory(lookup func(string) (string, bool), group cgroup.Memory) {
	if _, given := lookup("GOMEMLIMIT"); given {
		return
	}
	if most, limited := group.Limit(); limited {
		debug.SetMemoryLimit(most / 10 * 9) // the rest is for what the collector does not count
	}
}

// collectLess trades a little memory for a third less CPU: a command holds so little that the
// collector would otherwise run all the time, and three times before its first line of work.
// GOGC takes precedence.
func collectLess(lookup func(string) (string, bool)) {
	if _, given := lookup("GOGC"); !given {
		debug.SetGCPercent(400)
	}
}

// How much memory Go may use in a run; what it does not count are the program itself and
// SQLite. With a ledger, half as much again is in use all the time.
const (
	mostOfRun         = 52 << 20
	mostWithoutLedger = 44 << 20
)

// limitRun keeps the whole process of a run below 96 MiB; wider rows only make the collector
// work more often. A sandbox in the process keeps every user it is sent, so it gets no limit.
// GOMEMLIMIT and a lower limit of the control group take precedence.
func limitRun(lookup func(string) (string, bool), c *config.Config) {
	most := int64(mostOfRun)
	if c.Ledger.URL == config.NoLedger {
		most = mostWithoutLedger
	}
	if _, given := lookup("GOMEMLIMIT"); !given && !c.Target.Sandbox && debug.SetMemoryLimit(-1) > most {
		debug.SetMemoryLimit(most)
	}
}
