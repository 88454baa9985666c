// Command bench compares usersync with what one would write instead of it, on this machine:
//
//	go run ./.ci/bench -users 300000 -times 4
//
// It starts the sandbox, which refuses 5% of the users inside its answers, and runs all
// programs in turns. Each line is the lowest of its runs, for the client alone. On a machine
// that does other work, only the CPU seconds mean anything. The line of Python needs aiohttp.
package main

import (
	"bufio"
	"cmp"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

func main() {
	users := flag.Int("users", 300_000, "`number` of users")
	times := flag.Int("times", 4, "`number` of runs of each program")
	flag.Parse()
	if err := compare(*users, *times); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// contest is what the programs share.
type contest struct {
	dir, base     string
	csv, jsonl    string
	changed       string // of every tenth user
	usersync, own string // programs
	users, round  int
	cases         []*figures
}

// figures are the lowest of the runs of a case.
type figures struct {
	name    string
	run     func(*contest) *exec.Cmd
	keep    bool // what the case before it has sent
	one     int  // of how many users is sent; 0 is all
	wall    time.Duration
	cpu     time.Duration
	peakKiB int64
}

func compare(users, times int) error {
	dir, err := os.MkdirTemp("", "bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	c := &contest{dir: dir, users: users, cases: cases()}
	if err := c.prepare(); err != nil {
		return err
	}
	sandbox, err := c.serve()
	if err != nil {
		return err
	}
	defer func() { _ = sandbox.Process.Kill(); _ = sandbox.Wait() }()
	for c.round = range times {
		for _, f := range c.cases {
			if err := c.measure(f); err != nil {
				return fmt.Errorf("%s: %w", f.name, err)
			}
		}
	}
	fmt.Printf("%-34s %10s %14s %9s\n", "", "users/s", "CPU-s/million", "peak MiB")
	for _, f := range c.cases {
		sent := float64(users / max(f.one, 1))
		fmt.Printf("%-34s %10.0f %14.2f %9.0f\n", f.name, sent/f.wall.Seconds(), f.cpu.Seconds()/sent*1e6, float64(f.peakKiB)/1024)
	}
	return nil
}

func cases() []*figures {
	all := []*figures{
		{name: "Go, plain", run: func(c *contest) *exec.Cmd { return exec.Command(c.own, c.rival(c.csv)...) }},
		{name: "usersync, no ledger", run: func(c *contest) *exec.Cmd { return c.sync("none", c.csv) }},
		{name: "usersync, no ledger, JSON Lines", run: func(c *contest) *exec.Cmd { return c.sync("none", c.jsonl) }},
		{name: "usersync, first load", run: func(c *contest) *exec.Cmd { return c.sync("auto", c.csv) }},
		{name: "usersync, nothing changed", keep: true, run: func(c *contest) *exec.Cmd { return c.sync("auto", c.csv) }},
		{name: "usersync, updates", keep: true, one: 10, run: func(c *contest) *exec.Cmd { return c.sync("auto", c.changed) }},
		{name: "Go, plain, updates", keep: true, one: 10, run: func(c *contest) *exec.Cmd {
			return exec.Command(c.own, append(c.rival(c.changed), "update")...)
		}},
	}
	if exec.Command("python3", "-c", "import aiohttp").Run() == nil {
		all = append(all, &figures{name: "Python, aiohttp", run: func(c *contest) *exec.Cmd {
			return exec.Command("python3", append([]string{".ci/bench/plain.py"}, c.rival(c.csv)...)...)
		}})
	}
	return all
}

// prepare builds the programs and writes the files.
func (c *contest) prepare() error {
	c.usersync, c.own = filepath.Join(c.dir, "usersync"), filepath.Join(c.dir, "plain")
	for program, of := range map[string]string{c.usersync: "./cmd/usersync", c.own: "./.ci/bench/plain"} {
		build := exec.Command("go", "build", "-trimpath", "-o", program, of) // as make build does
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			return fmt.Errorf("build %s: %w\n%s", of, err, out)
		}
	}
	c.csv, c.jsonl = filepath.Join(c.dir, "users.csv"), filepath.Join(c.dir, "users.jsonl")
	c.changed = filepath.Join(c.dir, "changed.csv")
	const header = "id,email,zip_code,phone,birth_year,enrolled_rewards\n"
	return errors.Join(
		c.write(c.csv, 1, header, "cust-%08d,user%d@example.com,%05d,+1415555%04d,%d,CARDLINKED\n"),
		c.write(c.changed, 10, header, "cust-%08d,new%d@example.com,%05d,+1415555%04d,%d,CARDLINKED\n"),
		c.write(c.jsonl, 1, "", `{"id":"cust-%08d","email":"user%d@example.com","zip_code":"%05d","phone":"+1415555%04d","birth_year":%d,"enrolled_rewards":["CARDLINKED"]}`+"\n"))
}

// write writes every nth user to a file, a row at a time: the memory of this process counts towards the peak of
// those that it starts.
func (c *contest) write(path string, n int, header, row string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	_, _ = w.WriteString(header) // Flush returns the error
	for i := 0; i < c.users; i += n {
		fmt.Fprintf(w, row, i, i, i%100_000, i%10_000, 1940+i%60)
	}
	return errors.Join(w.Flush(), f.Close())
}

func (c *contest) serve() (*exec.Cmd, error) {
	cmd := exec.Command(c.usersync, "sandbox", "--listen", "127.0.0.1:0", "--fault", "refuse=422:5%", "--seed", "7")
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	c.base = strings.TrimSpace(line)
	return cmd, err
}

// rival returns the arguments of a program that is compared.
func (c *contest) rival(file string) []string {
	return []string{c.base + "/v2/issuers/any/users", file, filepath.Join(c.dir, "results.csv")}
}

func (c *contest) sync(ledger, file string) *exec.Cmd {
	config := filepath.Join(c.dir, "usersync.yaml")
	text := fmt.Sprintf("to: kard\nkard: {base_url: %q, organization: any}\nrate: unlimited\npark_after: 0\n", c.base)
	_ = os.WriteFile(config, []byte(text), 0o600) // the run says so if it failed
	return exec.Command(c.usersync, "run", "--config", config, "--ledger", ledger, "--progress", "never", "--runs-dir", filepath.Join(c.dir, fmt.Sprint("runs", c.round)), file)
}

// measure runs a case once. A run of usersync in which users were refused exits with 3.
func (c *contest) measure(f *figures) error {
	if !f.keep {
		if err := c.reset(); err != nil {
			return err
		}
	}
	cmd := f.run(c)
	var said strings.Builder
	cmd.Stderr = &said
	began := time.Now()
	err := cmd.Run()
	wall := time.Since(began)
	if code := cmd.ProcessState.ExitCode(); code != 0 && code != 3 {
		return fmt.Errorf("%w\n%s", err, said.String())
	}
	f.wall = min(cmp.Or(f.wall, wall), wall)
	cpu := cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	f.cpu = min(cmp.Or(f.cpu, cpu), cpu)
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		f.peakKiB = min(cmp.Or(f.peakKiB, usage.Maxrss), usage.Maxrss)
	}
	return nil
}

// reset empties the sandbox.
func (c *contest) reset() error {
	req, err := http.NewRequest(http.MethodDelete, c.base+"/_sandbox/state", nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}
