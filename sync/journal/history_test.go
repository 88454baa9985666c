package journal

import (
	"testing"
	"time"
)

func TestResumable(t *testing.T) {
	for name, c := range map[string]struct {
		past Past
		want bool
	}{
		"killed":              {Past{Begun: true}, true},
		"stopped":             {Past{Begun: true, End: &End{State: Stopped}}, true},
		"finished":            {Past{Begun: true, End: &End{State: Finished}}, false},
		"absorbed":            {Past{Begun: true, End: &End{State: TakenUp}}, false},
		"never begun":         {Past{}, false},
		"killed sandbox run":  {Past{Begun: true, Header: Header{Rehearsal: true}}, false},
		"stopped sandbox run": {Past{Begun: true, Header: Header{Rehearsal: true}, End: &End{State: Stopped}}, false},
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
