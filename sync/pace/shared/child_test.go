package shared_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"usersync/sync/ledger"
	"usersync/sync/pace"
	"usersync/sync/pace/shared"
)

// job is what a child process does: as many calls as it may, until its stdin ends.
type job struct {
	Ledger, Redis string // addresses; Redis may be empty
	Account       string
	Rate          float64
	Burst         int
	Workers       int
	Latency       time.Duration
}

// counted counts the questions that a process asks.
type counted struct {
	pace.Shared
	asked *atomic.Int64
}

func (c counted) Reserve(ctx context.Context, a pace.Ask) (pace.Answer, error) {
	c.asked.Add(1)
	return c.Shared.Reserve(ctx, a)
}

// child prints when each of its calls starts, in nanoseconds, and at the end how many
// questions it has asked.
func child() {
	var j job
	if err := json.Unmarshal([]byte(os.Getenv("SHARED_CHILD")), &j); err != nil {
		panic(err)
	}
	limit, err := j.open()
	if err != nil {
		panic(err)
	}
	var asked atomic.Int64
	p := pace.New(pace.Options{PerSecond: j.Rate, Burst: j.Burst, MaxInFlight: j.Workers, Shared: counted{limit, &asked}})
	ctx, cancel := context.WithCancel(context.Background())
	var group sync.WaitGroup
	for range j.Workers {
		group.Go(func() {
			for {
				end, err := p.Begin(ctx)
				if err != nil {
					return
				}
				fmt.Println(time.Now().UnixNano())
				<-time.After(j.Latency)
				end(200, true)
			}
		})
	}
	_, _ = io.Copy(io.Discard, os.Stdin)
	cancel()
	group.Wait()
	fmt.Println("asked", asked.Load())
}

func (j job) open() (pace.Shared, error) {
	db, err := ledger.Connect(j.Ledger)
	if err != nil {
		return nil, err
	}
	inLedger := &shared.Postgres{DB: db, Account: j.Account, Run: "run-1"}
	if j.Redis == "" {
		return inLedger, nil
	}
	inRedis, err := shared.OpenRedis(j.Redis, j.Account, "run-1")
	return &shared.Fallback{Redis: inRedis, Ledger: inLedger}, err
}

// process is a child process.
type process struct {
	command *exec.Cmd
	stdin   io.Closer
	done    chan struct{}

	mu    sync.Mutex
	at    []time.Time
	asked int
}

func (j job) start(t testing.TB) *process {
	t.Helper()
	text, err := json.Marshal(j)
	if err != nil {
		t.Fatal(err)
	}
	p := &process{command: exec.Command(os.Args[0]), done: make(chan struct{})}
	p.command.Env, p.command.Stderr = append(os.Environ(), "SHARED_CHILD="+string(text)), os.Stderr
	p.command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if p.stdin, err = p.command.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := p.command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.command.Start(); err != nil {
		t.Fatal(err)
	}
	go p.read(out)
	t.Cleanup(func() { p.signal(syscall.SIGKILL); <-p.done; _ = p.command.Wait() })
	return p
}

func (p *process) read(out io.Reader) {
	defer close(p.done)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		p.mu.Lock()
		if n, err := strconv.ParseInt(lines.Text(), 10, 64); err == nil {
			p.at = append(p.at, time.Unix(0, n))
		} else {
			_, _ = fmt.Sscanf(lines.Text(), "asked %d", &p.asked)
		}
		p.mu.Unlock()
	}
}

func (p *process) signal(s syscall.Signal) { _ = p.command.Process.Signal(s) }

// fleet are processes that share a limit.
type fleet []*process

func (j job) fleet(t testing.TB, n int) fleet {
	t.Helper()
	var all fleet
	for range n {
		all = append(all, j.start(t))
	}
	return all
}

// starts are the calls of all processes so far, in order.
func (f fleet) starts() []time.Time {
	var all []time.Time
	for _, p := range f {
		p.mu.Lock()
		all = append(all, p.at...)
		p.mu.Unlock()
	}
	slices.SortFunc(all, time.Time.Compare)
	return all
}

// await waits until so many calls have started after a moment.
func (f fleet) await(t testing.TB, n int, after time.Time) {
	t.Helper()
	for began := time.Now(); ; <-time.After(20 * time.Millisecond) {
		if all := f.starts(); len(all) >= n && all[len(all)-n].After(after) {
			return
		}
		if time.Since(began) > 2*time.Minute {
			t.Fatal("no calls start")
		}
	}
}

// end lets the processes end by themselves.
func (f fleet) end() (starts []time.Time, asked int) {
	for _, p := range f {
		p.stdin.Close()
	}
	for _, p := range f {
		<-p.done
		asked += p.asked
	}
	return f.starts(), asked
}

// keeps fails the test if any second holds more calls than rate + burst.
func (j job) keeps(t testing.TB, starts []time.Time) {
	t.Helper()
	if got := most(starts, time.Second-time.Microsecond); got > int(j.Rate)+j.Burst {
		t.Errorf("%d calls in a second, want at most %g", got, j.Rate+float64(j.Burst))
	}
}
