package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"usersync/sync/ledger/ledgertest"
)

func TestMain(m *testing.M) {
	// Programs that are built with the race detector otherwise sleep for a second when they exit.
	if err := os.Setenv("GORACE", "atexit_sleep_ms=0 "+os.Getenv("GORACE")); err != nil {
		panic(err)
	}
	testscript.Main(m, map[string]func(){
		"usersync": func() { os.Exit(command(nightly)) },
	})
}

// nightly is the clock of the program in scripts: $NIGHTS days later than it is.
func nightly() time.Time {
	days, _ := strconv.Atoi(os.Getenv("NIGHTS")) // not set in most scripts
	return time.Now().AddDate(0, 0, days)
}

// server is the PostgreSQL server of scripts that need one, started by the first.
type server struct{ ledgertest.Postgres }

// postgres puts the address of a new database into $POSTGRES.
func (s *server) postgres(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) > 0 {
		ts.Fatalf("usage: postgres")
	}
	url, err := s.Database(context.Background())
	ts.Check(err)
	ts.Setenv("POSTGRES", url)
}

// TestScripts runs the stories of testdata/script. They use testscript's own
// commands and these:
//
//	exits CODE PROGRAM ARGS...     run and compare the exit code
//	sandbox ARGS...                start `usersync sandbox`, put its URL into $SANDBOX
//	interrupt CODE SIGNALS SIGN PROGRAM ARGS...
//	                               run, wait for the sign, send the signals (the code of a run that
//	                               KILL ended is -1); a sign is the
//	                               pattern of a file, says:TEXT for something printed, or
//	                               reads, which offers rows on standard input until they
//	                               are read
//	lines FILE N                   count the lines of the file that matches
//	NIGHTS=3 in the environment    the program's clock is three days later than it is
//	postgres                       make a database, put its address into $POSTGRES
//	follow CODE                    run the next command printed in the last standard error
//	serve FILE CALLS               start an API that answers as FILE says, put its URL into $SERVED
//	workbook OUT IN [COL=FORMAT]   make a workbook of a CSV file
//	jsonlines PATTERN PROGRAM ...  run; every line of standard error is JSON, and one matches
func TestScripts(t *testing.T) {
	var databases server
	t.Cleanup(func() {
		if err := databases.Stop(); err != nil {
			t.Error(err)
		}
	})
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("..", "..", "testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("USERS", usersDir(t))
			env.Setenv("GORACE", os.Getenv("GORACE"))
			env.Setenv("EXPORTS", filepath.Join(filepath.Dir(usersDir(t)), "exports"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "sandbox": startSandbox, "interrupt": interrupt, "lines": lines, "jsonlines": jsonLines, "follow": follow, "postgres": databases.postgres, "serve": startServer, "files": serveFiles, "workbook": makeWorkbook,
		},
	})
}

// usersDir holds the example inputs.
func usersDir(t *testing.T) string {
	dir, err := filepath.Abs(filepath.Join("..", "..", "testdata", "users"))
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGS...")
	}
	checkCode(ts, args[0], ts.Exec(args[1], args[2:]...))
}

func checkCode(ts *testscript.TestScript, want string, err error) {
	code := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(code) != want {
		ts.Fatalf("exit code %d, want %s", code, want)
	}
}

// process returns a process that runs in the directory of the script.
func process(ts *testscript.TestScript, args []string) *exec.Cmd {
	program, err := exec.LookPath(args[0])
	if path := filepath.Join(strings.Split(ts.Getenv("PATH"), string(os.PathListSeparator))[0], args[0]); err != nil {
		program = path
	}
	cmd := exec.Command(program, args[1:]...)
	cmd.Dir = ts.MkAbs(".")
	for _, name := range []string{"PATH", "HOME", "TMPDIR", "KARD_TOKEN", "API", "GOCOVERDIR", "USERSYNC_LOG_FORMAT", "USERSYNC_CONFIG", "USERSYNC_TERMINATION_LOG", "NIGHTS"} {
		if value := ts.Getenv(name); value != "" || !strings.HasPrefix(name, "USERSYNC_TERM") {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	return cmd
}

func startSandbox(ts *testscript.TestScript, _ bool, args []string) {
	cmd := process(ts, append([]string{"usersync", "sandbox", "--listen", "127.0.0.1:0"}, args...))
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	ts.Defer(func() {
		ts.Check(cmd.Process.Kill())
		cmd.Wait() // killed, so it returns an error
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	ts.Check(err)
	ts.Setenv("SANDBOX", strings.TrimSpace(line))
}

// patience limits how long a script waits for another process.
const patience = 20 * time.Second

func interrupt(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) < 4 {
		ts.Fatalf("usage: interrupt CODE SIGNALS SIGN PROGRAM ARGS...")
	}
	cmd := process(ts, args[3:])
	var out, stderr captured
	cmd.Stdout, cmd.Stderr = &out, &stderr
	stdin, err := cmd.StdinPipe() // open, but nothing is written unless that is the sign
	ts.Check(err)
	defer stdin.Close()
	ts.Check(cmd.Start())
	defer func() {
		fmt.Fprint(ts.Stdout(), out.String())
		fmt.Fprint(ts.Stderr(), stderr.String())
	}()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { cmd.Process.Kill() })
	defer stop()
	sign := func() bool { found, _ := filepath.Glob(ts.MkAbs(args[2])); return len(found) > 0 }
	if text, ok := strings.CutPrefix(args[2], "says:"); ok {
		sign = func() bool { return strings.Contains(out.String()+stderr.String(), text) }
	}
	if args[2] == "reads" {
		var read atomic.Bool
		go func() {
			// More than fits into a pipe: the last byte goes when some were read.
			fmt.Fprint(stdin, "id,enrolled_rewards\n", strings.Repeat("u-1,CARDLINKED\n", 20_000))
			read.Store(true)
		}()
		sign = read.Load
	}
	if !await(ctx, sign) {
		cmd.Process.Kill()
		cmd.Wait()
		ts.Fatalf("no sign of %s", args[2])
	}
	for i, name := range strings.Split(args[1], ",") {
		stopping := func() bool { return strings.Contains(stderr.String(), "stopping: ") }
		if i > 0 && !await(ctx, stopping) { // two equal signals at once would arrive as one
			ts.Fatalf("the program does not react to %s", args[1])
		}
		ts.Check(cmd.Process.Signal(map[string]os.Signal{"INT": syscall.SIGINT, "TERM": syscall.SIGTERM, "KILL": syscall.SIGKILL, "USR1": syscall.SIGUSR1}[name]))
	}
	checkCode(ts, args[0], cmd.Wait())
}

// await waits until sign reports true, or ctx ends.
func await(ctx context.Context, sign func() bool) bool {
	for tick := time.Tick(10 * time.Millisecond); !sign(); {
		select {
		case <-tick:
		case <-ctx.Done():
			return false
		}
	}
	return true
}

// captured is what a process has printed so far.
type captured struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (h *captured) Write(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text.Write(p)
}

func (h *captured) String() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.text.String()
}

func lines(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: lines GLOB N")
	}
	found, err := filepath.Glob(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(found) != 1 {
		ts.Fatalf("%d files match %s", len(found), args[0])
	}
	n := strings.Count(ts.ReadFile(found[0]), "\n")
	if (strconv.Itoa(n) == args[1]) == neg {
		ts.Fatalf("%s has %d lines", args[0], n)
	}
}

// follow runs the next command in a shell, like a person who pastes it.
func follow(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: follow CODE")
	}
	next := regexp.MustCompile(`(?m)^ +next:? +(.*)$`).FindStringSubmatch(ts.ReadFile("stderr"))
	if next == nil {
		ts.Fatalf("no next command printed")
	}
	checkCode(ts, args[0], ts.Exec("sh", "-c", next[1]))
}

func jsonLines(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: jsonlines PATTERN PROGRAM ARGS...")
	}
	cmd := process(ts, args[1:])
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Run(); cmd.ProcessState == nil {
		ts.Fatalf("%v", err)
	}
	for line := range strings.Lines(stderr.String()) {
		if !json.Valid([]byte(line)) {
			ts.Fatalf("not JSON: %s", line)
		}
	}
	if !regexp.MustCompile(args[0]).MatchString(stderr.String()) {
		ts.Fatalf("no %s in %s", args[0], stderr.String())
	}
}

// execute runs one command line and returns its exit code.
func execute(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	return executeAt(ctx, time.Now, args, stdin, stdout, stderr, nil)
}
