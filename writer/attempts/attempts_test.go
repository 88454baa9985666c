package attempts

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/quick"
)

func TestRanges(t *testing.T) {
	for want, numbers := range map[string][]int{
		"": nil, "7": {7}, "1-3": {1, 2, 3}, "1-2,4,9-11": {1, 2, 4, 9, 10, 11}, "5,3": {5, 3},
	} {
		if got := Ranges(slices.Values(numbers)); got != want {
			t.Errorf("%v: %q, want %q", numbers, got, want)
		}
	}
	err := quick.Check(func(all []uint8) bool {
		var numbers []int
		for _, n := range all {
			numbers = append(numbers, int(n)+1)
		}
		slices.Sort(numbers)
		numbers = slices.Compact(numbers)
		a := Attempt{Records: Ranges(slices.Values(numbers))}
		for n := range 300 {
			if a.Has(n) != slices.Contains(numbers, n) {
				return false
			}
		}
		return true
	}, nil)
	if err != nil {
		t.Error(err)
	}
}

// file is a file that a log is written to.
type file struct {
	bytes.Buffer
	fails bool
}

func (f *file) Write(p []byte) (int, error) {
	if f.fails {
		return 0, errors.New("no room")
	}
	return f.Buffer.Write(p)
}
func (f *file) Close() error { return nil }

func (f *file) log() *Log {
	return NewLog(func() (io.WriteCloser, int64, error) { return f, int64(f.Len()), nil })
}

func read(t *testing.T, f *file) ([]Attempt, int) {
	t.Helper()
	all, leftOut, err := Of(bytes.NewReader(f.Bytes()), func(*Attempt) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	return all, leftOut
}

// A later part of a run continues the log, also after a line that was cut.
func TestLogContinues(t *testing.T) {
	f := &file{}
	l := f.log()
	l.Add(&Attempt{Kind: "create", Records: "1-100", Result: "http_503", Status: 503})
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	f.WriteString(`{"kind":"create","records":"1-1`)
	l = f.log()
	l.Add(&Attempt{Kind: "create", Records: "1-100", Result: "ok", Attempt: 2})
	if err := errors.Join(l.Close(), l.Close()); err != nil {
		t.Fatal(err)
	}
	l.Add(&Attempt{Kind: "create", Records: "200"})
	if all, leftOut := read(t, f); len(all) != 2 || all[0].Status != 503 || all[1].Attempt != 2 || leftOut != 0 {
		t.Errorf("%+v, %d left out", all, leftOut)
	}
}

// Nothing is opened for a run without trouble.
func TestNoFileWithoutAttempts(t *testing.T) {
	l := NewLog(func() (io.WriteCloser, int64, error) { t.Error("opened"); return nil, 0, nil })
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

// The log is bounded, and says how much it does not hold.
func TestLogIsBounded(t *testing.T) {
	f := &file{}
	l := f.log()
	for range 40 {
		l.Add(&Attempt{Records: strings.TrimSuffix(strings.Repeat("1,", 300_000), ","), Result: "http_500"})
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if all, leftOut := read(t, f); len(all)+leftOut != 40 || leftOut == 0 || f.Len() > MaxSize+100 {
		t.Errorf("%d attempts, %d left out, %d bytes", len(all), leftOut, f.Len())
	}
}

// A disk that is full ends the log, and not the run.
func TestLogFails(t *testing.T) {
	f := &file{fails: true}
	l := f.log()
	l.Add(&Attempt{Records: "1"})
	l.Add(&Attempt{Records: "2"})
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

// A request id leads to the person that a call was about.
func TestErase(t *testing.T) {
	f := &file{}
	l := f.log()
	for _, records := range []string{"1-3", "4", "7"} {
		l.Add(&Attempt{Records: records, Result: "timeout", RequestID: "req-" + records})
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	n, err := Erase(&out, bytes.NewReader(f.Bytes()), func(record int) bool { return record == 2 || record == 7 })
	if n != 2 || err != nil || strings.Contains(out.String(), "req-1-3") || !strings.Contains(out.String(), "req-4") || strings.Contains(out.String(), "req-7") {
		t.Errorf("%d erased, %v:\n%s", n, err, out.String())
	}
}
