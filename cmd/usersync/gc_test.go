package main

import (
	"math"
	"runtime/debug"
	"testing"
	"testing/fstest"

	"usersync/cmd/usersync/internal/cgroup"
	"usersync/cmd/usersync/internal/config"
)

// The collector is told of the memory limit of a container, unless a person has told it
// another.
func TestMemoryLimit(t *testing.T) {
	before := debug.SetMemoryLimit(-1)
	t.Cleanup(func() { debug.SetMemoryLimit(before) })
	none := func(string) (string, bool) { return "", false }
	told := func(name string) (string, bool) { return "1GiB", name == "GOMEMLIMIT" }
	group := func(most string) cgroup.Memory {
		return cgroup.Of(fstest.MapFS{"proc/self/cgroup": {Data: []byte("0::/\n")}, "sys/fs/cgroup/memory.max": {Data: []byte(most)}})
	}
	const unlimited, run, unledgered = math.MaxInt64, 52 << 20, 44 << 20
	for name, c := range map[string]struct {
		lookup              func(string) (string, bool)
		limit               string
		ledger              string
		sandbox             bool
		command, afterwards int64
	}{
		"no container":             {none, "max", "auto", false, unlimited, run},
		"no ledger":                {none, "max", "none", false, unlimited, unledgered},
		"a small container":        {none, "20000000", "auto", false, 18_000_000, 18_000_000},
		"a large container":        {none, "1000000000", "auto", false, 900_000_000, run},
		"a sandbox in a container": {none, "1000000000", "auto", true, 900_000_000, 900_000_000},
		"GOMEMLIMIT":               {told, "20000000", "auto", false, unlimited, unlimited},
	} {
		debug.SetMemoryLimit(math.MaxInt64)
		limitMemory(c.lookup, group(c.limit))
		if got := debug.SetMemoryLimit(-1); got != c.command {
			t.Errorf("%s: %d", name, got)
		}
		limitRun(c.lookup, &config.Config{Ledger: config.Ledger{URL: c.ledger}, Target: config.Target{Sandbox: c.sandbox}})
		if got := debug.SetMemoryLimit(-1); got != c.afterwards {
			t.Errorf("%s, for a run: %d", name, got)
		}
	}
}
