package journal

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// crashing makes the test binary the process that dies.
const crashing = "USYNC_JOURNAL_TEST_CRASHING"

func TestMain(m *testing.M) {
	if path := os.Getenv(crashing); path != "" {
		fmt.Fprintln(os.Stderr, crash(path))
		os.Exit(3) // it should have died
	}
	os.Exit(m.Run())
}

// crash writes until it is killed. It prints each frame that the journal has
// confirmed, as a real process would send it.
func crash(path string) error {
	j, err := Create(openAppend(path))
	for n := 1; err == nil; n++ {
		b := batch(1+100*(n-1), 100)
		if err = j.Sent(b); err == nil {
			_, err = fmt.Println(n, "sent")
		}
		if err == nil && n%2 == 0 {
			err = errors.Join(j.Settled(settled(b)), j.Checkpoint(Checkpoint{Record: max(100*n-900, 0)}))
		}
	}
	return err
}

func openAppend(path string) (*os.File, Header) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		panic(err)
	}
	return file, header
}

// Whenever the process is killed, what it did is in the journal.
func TestKilled(t *testing.T) {
	for i := range 10 {
		path := filepath.Join(t.TempDir(), "journal")
		child := exec.Command(os.Args[0], "-test.run=^$")
		child.Env = append(os.Environ(), crashing+"="+path)
		out, err := child.StdoutPipe()
		if err := errors.Join(err, child.Start()); err != nil {
			t.Fatal(err)
		}
		sent := 0
		for lines := bufio.NewScanner(out); lines.Scan(); sent++ {
			if sent == 7*i*i {
				err = child.Process.Kill() // what it printed until then is still read
			}
		}
		var died *exec.ExitError
		if werr := child.Wait(); err != nil || !errors.As(werr, &died) || died.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
			t.Fatalf("the child was not killed: %v, %v", err, werr)
		}
		checkKilled(t, path, sent)
	}
}

func checkKilled(t *testing.T, path string, sent int) {
	t.Helper()
	b, err := os.ReadFile(path)
	past, readErr := read(b)
	if err := errors.Join(err, readErr); err != nil {
		t.Fatal(err)
	}
	highest := past.Checkpoint.Record
	for _, s := range past.Sent {
		highest = max(highest, s.Record)
	}
	for _, o := range past.Settled {
		highest = max(highest, o.Record)
	}
	if highest < 100*sent {
		t.Errorf("%d records were sent, the journal knows %d", 100*sent, highest)
	}
	t.Logf("%d batches sent, checkpoint at %d, %d torn", sent, past.Checkpoint.Record, past.Torn)
}

// The file may no longer grow, at any size: the error comes before the call is
// made, and what was written before can be read and continued.
func TestNoMoreRoom(t *testing.T) {
	whole := begin(t, header)
	for n := range 3 {
		b := batch(1+5*n, 5)
		if err := errors.Join(whole.j.Sent(b), whole.j.Settled(settled(b)), whole.j.Checkpoint(Checkpoint{})); err != nil {
			t.Fatal(err)
		}
	}
	for size := 1; size < whole.d.Len(); size += 3 {
		path := filepath.Join(t.TempDir(), "journal")
		file, h := openAppend(path)
		sent, err := 0, error(nil)
		limit(t, uint64(size), func() { sent, err = fill(file, h) })
		if !errors.Is(err, syscall.EFBIG) {
			t.Fatalf("at %d bytes: %v", size, err)
		}
		b, err := os.ReadFile(path)
		past, readErr := read(b)
		if err := errors.Join(err, readErr); err != nil {
			t.Fatal(err)
		}
		if len(past.Sent)+len(past.Settled) != sent || past.Torn == 0 && past.Size != int64(size) {
			t.Errorf("at %d bytes: %d written, read %+v", size, sent, past)
		}
		roomAgain(t, file, past)
	}
}

// fill writes until there is no room, and counts the records it may send.
func fill(file *os.File, h Header) (sent int, err error) {
	j, err := Create(file, h)
	for n := 0; err == nil; n++ {
		b := batch(1+5*n, 5)
		if err = j.Sent(b); err == nil {
			sent += 5
			err = errors.Join(j.Settled(settled(b)), j.Checkpoint(Checkpoint{}))
		}
	}
	return sent, err
}

func roomAgain(t *testing.T, file *os.File, past *History) {
	t.Helper()
	defer file.Close()
	if !past.Begun {
		return
	}
	j, err := Continue(file, past, Resumed{At: night})
	if err == nil {
		err = errors.Join(j.Sent(batch(100, 1)), j.Finish(End{State: Finished}))
	}
	if err != nil {
		t.Fatal(err)
	}
	after, err := Read(file, j.Size())
	if err != nil || !after.Over() || len(after.Sent) != len(past.Sent)+1 || len(after.Resumed) != 1 {
		t.Errorf("continued: %+v, %v", after, err)
	}
}

func limit(t *testing.T, size uint64, do func()) {
	t.Helper()
	var old syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: size, Max: old.Max}); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &old); err != nil {
			t.Error(err)
		}
	}()
	do()
}
