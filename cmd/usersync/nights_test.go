package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// BenchmarkNights runs nights of each kind in this process, against a sandbox in another one. The program
// is compiled by the profile that make profile takes of it. One operation is all of the nights.
func BenchmarkNights(b *testing.B) {
	api := benchSandbox(b)
	config := benchFile(b, "to.yaml", "to: kard\nkard: {base_url: "+api+", organization: any}\nrate: unlimited\n")
	csv, changed := benchCSV(b, "", 100_000), benchCSV(b, "new.", 2_000)
	lines := benchFile(b, "users.jsonl", benchRows("", 100_000,
		`{"id":"cust-%08d","email":"%suser%d@example.com","zip_code":"%05d","phone":"+1415555%04d","birth_year":%d,"enrolled_rewards":["CARDLINKED"]}`))
	for b.Loop() {
		dir := b.TempDir()
		for _, night := range []struct {
			empties bool // the API
			args    []string
		}{{true, []string{csv, "--ledger", "none"}}, {true, []string{lines, "--ledger", "none"}}, {true, []string{csv}}, {false, []string{csv}}, {false, []string{changed}}} {
			if night.empties {
				benchEmpty(b, api)
			}
			benchNight(b, append([]string{"run", "--config", config, "--progress", "never", "--runs-dir", dir}, night.args...))
		}
	}
}

// benchNight runs one night, in which some users are refused.
func benchNight(b *testing.B, args []string) {
	var stderr bytes.Buffer
	if code := executeAt(context.Background(), time.Now, args, strings.NewReader(""), io.Discard, &stderr, nil); code != 3 {
		b.Fatalf("usersync %s: exit code %d, want 3\n%s", strings.Join(args, " "), code, &stderr)
	}
}

// benchEmpty removes all users from the sandbox.
func benchEmpty(b *testing.B, api string) {
	req, err := http.NewRequestWithContext(b.Context(), http.MethodDelete, api+"/_sandbox/state", nil)
	if err != nil {
		b.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	if resp.Body.Close(); resp.StatusCode >= http.StatusMultipleChoices {
		b.Fatal(resp.Status)
	}
}

func benchSandbox(b *testing.B) string {
	cmd := exec.Command("usersync", "sandbox", "--listen", "127.0.0.1:0", "--fault", "refuse=422:5%", "--seed", "7")
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	return strings.TrimSpace(line)
}

// benchCSV writes users whose addresses begin with a prefix.
func benchCSV(b *testing.B, prefix string, users int) string {
	return benchFile(b, prefix+"users.csv", "id,email,zip_code,phone,birth_year,enrolled_rewards\n"+
		benchRows(prefix, users, "cust-%08d,%suser%d@example.com,%05d,+1415555%04d,%d,CARDLINKED"))
}

func benchRows(prefix string, users int, row string) string {
	var all strings.Builder
	for i := range users {
		fmt.Fprintf(&all, row+"\n", i, prefix, i, i%100_000, i%10_000, 1940+i%60)
	}
	return all.String()
}

func benchFile(b *testing.B, name, text string) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}
