package journal

import (
	"testing"
	"time"
)

func TestResumable(t *testing.T) {
	for name, c := range map[string]struct {
		past History
		want bool
	}{
		"killed":              {History{Begun: true}, true},
		"stopped":             {History{Begun: true, End: &End{State: Stopped}}, true},
		"finished":            {History{Begun: true, End: &End{State: Finished}}, false},
		"absorbed":            {History{Begun: true, End: &End{State: Absorbed}}, false},
		"never begun":         {History{}, false},
		"killed sandbox run":  {History{Begun: true, Header: Header{Sandbox: true}}, false},
		"stopped sandbox run": {History{Begun: true, Header: Header{Sandbox: true}, End: &End{State: Stopped}}, false},
	} {
		if got := c.past.Resumable(); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestSameVersion(t *testing.T) {
	was := Input{Path: "users.csv", Format: "csv", Size: 10, Modified: time.Unix(1, 0)}
	if !was.SameVersion(was) {
		t.Error("a file is not the same version as itself")
	}
	for name, change := range map[string]func(*Input){
		"path":     func(in *Input) { in.Path = "other.csv" },
		"format":   func(in *Input) { in.Format = "jsonl" },
		"size":     func(in *Input) { in.Size = 11 },
		"modified": func(in *Input) { in.Modified = time.Unix(2, 0) },
	} {
		is := was
		if change(&is); was.SameVersion(is) {
			t.Errorf("another %s counts as the same version", name)
		}
	}
	if pipe := (Input{Path: "-"}); pipe.SameVersion(pipe) {
		t.Error("a pipe counts as the same version of a file")
	}
}

func TestReadsStdin(t *testing.T) {
	file, pipe := Input{Path: "users.csv"}, Input{Path: "-"}
	if (Header{Inputs: []Input{file}}).ReadsStdin() || !(Header{Inputs: []Input{file, pipe}}).ReadsStdin() {
		t.Error("standard input is a path of -")
	}
}
