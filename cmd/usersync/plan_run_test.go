package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/sandbox"
	"usersync/writer/report"
)

// nights writes one input per night for the same users, with repeated ids, invalid
// rows, changes, new users and users who are no longer listed.
func nights(t *testing.T, seed uint64, n int) []string {
	random := rand.New(rand.NewPCG(seed, 0))
	phones := make([]int, 60)
	var paths []string
	for night := range n {
		var b strings.Builder
		b.WriteString("id,phone,zip_code,enrolled_rewards\n")
		for range 80 {
			i := random.IntN(len(phones))
			if random.IntN(3) == 0 {
				phones[i]++
			}
			phone := fmt.Sprintf("+1415555%04d", 100*phones[i]+i)
			if random.IntN(20) == 0 {
				phone = "none"
			}
			zip := ""
			if night > 0 && random.IntN(4) == 0 {
				zip = "94107"
			}
			fmt.Fprintf(&b, "u%d,%s,%s,CARDLINKED\n", i, phone, zip)
		}
		path := filepath.Join(t.TempDir(), fmt.Sprintf("night-%d.csv", night))
		if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return paths
}

// runJSON runs a command line, and returns its JSON output.
func runJSON[T any](t *testing.T, args ...string) (answer T) {
	t.Helper()
	var out, stderr bytes.Buffer
	code := execute(context.Background(), append(args, "--json", "--rate", "unlimited"), strings.NewReader(""), &out, &stderr)
	if code != exit.OK && code != exit.Rejects {
		t.Fatalf("usersync %s: exit code %d: %s", strings.Join(args, " "), code, stderr.String())
	}
	if err := json.Unmarshal(out.Bytes(), &answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

// A plan, the run and the apply of the plan agree, night after night.
func TestPlanMatchesRun(t *testing.T) {
	t.Setenv("KARD_TOKEN", "t")
	for seed := range uint64(4) {
		dir := t.TempDir()
		account := func(name string) []string {
			s, err := sandbox.Start(sandbox.Options{}, "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close(context.Background()) })
			config := filepath.Join(dir, name+".yaml")
			text := fmt.Sprintf("to: kard\nkard: {base_url: %q, organization: o-1, auth: {token: env:KARD_TOKEN}}\nruns_dir: runs-%s\n", s.URL(), name)
			if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			return []string{"--config", config}
		}
		ran, applied := account("ran"), account("applied")
		for _, input := range nights(t, seed, 4) {
			line := func(command string, account []string, args ...string) []string {
				return append(append([]string{command}, account...), args...)
			}
			planned := runJSON[report.Forecast](t, line("plan", ran, input)...)
			summary := runJSON[report.Summary](t, line("run", ran, input)...)
			if diff := cmp.Diff(fromForecast(planned), fromSummary(summary)); diff != "" {
				t.Errorf("seed %d, %s: a plan and its run differ: %s", seed, filepath.Base(input), diff)
			}
			plan := filepath.Join(dir, "plan.jsonl")
			runJSON[report.Forecast](t, line("plan", applied, "--out", plan, input)...)
			if diff := cmp.Diff(fromSummary(summary), fromSummary(runJSON[report.Summary](t, "apply", plan))); diff != "" {
				t.Errorf("seed %d, %s: a run and an apply differ: %s", seed, filepath.Base(input), diff)
			}
		}
	}
}

// actions are what a plan can predict. It cannot predict the calls that create, because
// their batches are filled as outcomes arrive.
type actions struct {
	Created, Updated, Unchanged, Invalid, Updates, Reads int
}

func fromForecast(f report.Forecast) actions {
	a := f.Actions
	return actions{a["create"], a["update"], a["unchanged"], a["invalid"], f.Calls["update"], f.Calls["read"]}
}

func fromSummary(s report.Summary) actions {
	o := s.Outcomes
	return actions{o.Created, o.Updated, o.Unchanged, o.Invalid, s.Calls["update"].Made, s.Calls["read"].Made}
}
