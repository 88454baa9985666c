package main

import "runtime/debug"

// tuneGC trades a little memory for a third less CPU: a run holds so little that the
// collector would otherwise run all the time. The limit keeps the whole process below
// 96 MiB, including SQLite; wider rows only make it collect more often. A sandbox in
// the process keeps every user it is sent, so it gets no limit. GOGC and GOMEMLIMIT
// take precedence.
func tuneGC(lookup func(string) (string, bool), sandbox bool) {
	if _, given := lookup("GOGC"); !given {
		debug.SetGCPercent(400)
	}
	if _, given := lookup("GOMEMLIMIT"); !given && !sandbox {
		debug.SetMemoryLimit(52 << 20)
	}
}
