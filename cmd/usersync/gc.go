package main

import "runtime/debug"

// tuneGC trades a little memory for a third less CPU: what a run holds is so
// small that the collector would otherwise run all the time. The limit keeps the
// whole process below 96 MiB, including what SQLite takes; a wider input only makes it
// collect more often.
// A sandbox in the process keeps every user it is sent, so there is no limit
// then. GOGC and GOMEMLIMIT, where they are set, say it better.
func tuneGC(lookup func(string) (string, bool), sandbox bool) {
	if _, given := lookup("GOGC"); !given {
		debug.SetGCPercent(400)
	}
	if _, given := lookup("GOMEMLIMIT"); !given && !sandbox {
		debug.SetMemoryLimit(56 << 20)
	}
}
