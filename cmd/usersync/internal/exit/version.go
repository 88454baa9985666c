package exit

import (
	"cmp"
	"runtime/debug"
)

// version and commit are set by make build, with -ldflags -X.
var version, commit string

// Build is the version, commit and Go version that the program was built from.
type Build struct{ Version, Commit, Go string }

// ReadBuild returns what make build or the Go tool recorded in the program. What is
// not recorded is "unknown".
func ReadBuild() Build {
	b := recorded()
	b.Version, b.Commit = cmp.Or(version, b.Version), cmp.Or(commit, b.Commit)
	return b
}

// recorded is what the Go tool recorded in the program.
func recorded() Build {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return Build{"unknown", "unknown", "unknown"}
	}
	b := Build{Version: info.Main.Version, Commit: "unknown", Go: info.GoVersion}
	modified := false
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.modified":
			modified = s.Value == "true"
		}
	}
	if modified {
		b.Commit += " and uncommitted changes"
	}
	return b
}
