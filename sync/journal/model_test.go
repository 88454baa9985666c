package journal

import (
	"bytes"
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"usersync/sync/user"
)

// disk is a file in memory.
type disk struct {
	bytes.Buffer
	synced int // bytes that survive a power loss
	syncs  int
}

func (d *disk) Sync() error {
	d.synced = d.Len()
	d.syncs++
	return nil
}

func (d *disk) Truncate(size int64) error {
	d.Buffer.Truncate(int(size))
	return nil
}

var (
	night  = time.Date(2026, 3, 14, 3, 4, 5, 0, time.UTC)
	header = Header{
		Run: "20260314T030405Z-abcdef", Version: "1.2.3", Started: night, Mode: "upsert",
		Scope:        Scope{Destination: "kard", Host: "rewards.example", Account: "organization-123", Feed: "default"},
		ConfigSHA256: "c0ffee", Args: []string{"run", "users.csv"}, Inputs: []Input{{Path: "users.csv", Format: "csv"}},
	}
)

// written is one step, and the end of the file after it.
type written struct {
	end     int
	sent    []Sent
	settled []user.Settled
	mark    *Checkpoint
	over    *End
	resumed *Resumed
}

var anyText = rapid.OneOf(rapid.Just(""), rapid.SampledFrom([]string{"replayed", "refused", "a\nb\x00"}), rapid.String())

func anyRecords(t *rapid.T, after int) []*user.Record {
	numbers := rapid.SliceOfNDistinct(rapid.IntRange(after+1, after+300), 1, 8, rapid.ID[int]).Draw(t, "records")
	var all []*user.Record
	for _, n := range numbers {
		all = append(all, &user.Record{Origin: user.Origin{Record: n}, User: user.User{ID: fmt.Sprint("CUST-", n)}})
	}
	return all
}

func anyOutcome(t *rapid.T, r *user.Record) user.Outcome {
	o := user.Outcome{
		Record: r,
		Status: rapid.SampledFrom(user.Statuses[:]).Draw(t, "status"),
		Action: rapid.SampledFrom([]user.Op{"", user.Create, user.Update, user.Delete}).Draw(t, "action"),
		Code:   anyText.Draw(t, "code"), Detail: anyText.Draw(t, "detail"),
		RequestID: anyText.Draw(t, "request"), Remote: anyText.Draw(t, "remote"),
		HTTP: rapid.SampledFrom([]int{0, 201, 503}).Draw(t, "http"), Attempts: rapid.IntRange(0, 9).Draw(t, "attempts"),
		Took: time.Duration(rapid.IntRange(0, 5000).Draw(t, "ms")) * time.Millisecond,
	}
	o.Remembered = rapid.Bool().Draw(t, "remembered")
	if rapid.Bool().Draw(t, "timed") {
		o.At = night.Add(time.Duration(rapid.IntRange(-9e6, 9e6).Draw(t, "at")) * time.Millisecond)
	}
	return o
}

func told(o user.Outcome) user.Settled {
	return user.Settled{
		Record: o.Record.Origin.Record, ID: o.Record.User.ID, Remote: o.Remote, Status: o.Status, Action: o.Action,
		Code: o.Code, Detail: o.Detail, RequestID: o.RequestID, HTTP: o.HTTP, Attempts: o.Attempts, Took: o.Took, At: o.At,
		Remembered: o.Remembered,
	}
}

// story drives a journal through any steps, some of them across a restart.
type story struct {
	d       disk
	j       *Journal
	steps   []written
	settled map[int]bool
	mark    int
	batch   int
}

type fatal interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

func begin(t fatal, h Header) *story {
	t.Helper()
	s := &story{settled: map[int]bool{}}
	var err error
	if s.j, err = Create(&s.d, h); err != nil {
		t.Fatal(err)
	}
	s.steps = []written{{end: s.d.Len()}}
	return s
}

func (s *story) note(t fatal, w written, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	w.end = s.d.Len()
	s.steps = append(s.steps, w)
}

func (s *story) step(t *rapid.T) {
	switch rapid.IntRange(0, 9).Draw(t, "step") {
	case 0, 1, 2, 3:
		s.send(t)
	case 4, 5, 6, 7:
		s.settle(t)
	case 8:
		s.mark += rapid.IntRange(0, 100).Draw(t, "further")
		m := Checkpoint{Record: s.mark, At: night, Results: 1, InputSHA256: "ab", Outcomes: map[user.Status]int{user.Created: s.mark}}
		s.note(t, written{mark: &m}, s.j.Checkpoint(m))
	case 9:
		s.restart(t)
	}
}

func (s *story) send(t *rapid.T) {
	s.batch++
	b := user.Batch{Number: s.batch, Op: rapid.SampledFrom(ops[1:4]).Draw(t, "op"), Records: anyRecords(t, s.mark)}
	var w written
	for _, r := range b.Records {
		w.sent = append(w.sent, Sent{Record: r.Origin.Record, ID: r.User.ID, Op: b.Op, Batch: b.Number})
		delete(s.settled, r.Origin.Record)
	}
	s.note(t, w, s.j.Sent(b))
}

func (s *story) settle(t *rapid.T) {
	var outcomes []user.Outcome
	var w written
	for _, r := range anyRecords(t, s.mark) {
		if s.settled[r.Origin.Record] {
			outcomes = append(outcomes, user.Outcome{Record: r}) // not final: skipped
			continue
		}
		o := anyOutcome(t, r)
		s.settled[r.Origin.Record] = true
		outcomes, w.settled = append(outcomes, o), append(w.settled, told(o))
	}
	before := s.d.Len()
	err := s.j.Settled(outcomes)
	if w.settled == nil && s.d.Len() == before {
		return
	}
	s.note(t, w, err)
}

// restart stops or kills the run and continues it.
func (s *story) restart(t *rapid.T) {
	if rapid.Bool().Draw(t, "gently") {
		e := End{At: night, State: Stopped, ExitCode: 130}
		s.note(t, written{over: &e}, s.j.Finish(e))
	}
	past, err := Read(bytes.NewReader(s.d.Bytes()), int64(s.d.Len()))
	if err != nil {
		t.Fatal(err)
	}
	r := Resumed{At: night, Args: []string{"resume"}}
	s.j, err = Continue(&s.d, past, r)
	s.note(t, written{resumed: &r}, err)
}

// expected is the history of the steps whose bytes are all there.
func (s *story) expected(size int) *History {
	p := &History{Torn: int64(size)}
	for _, w := range s.steps {
		if w.end > size {
			break
		}
		p.Begun, p.Header = true, header
		p.Header.Format, p.Header.Unsafe = Format, s.j.unsafe
		p.Size, p.Torn = int64(w.end), int64(size-w.end)
		p.take(w)
	}
	slices.SortFunc(p.Sent, func(a, b Sent) int { return a.Record - b.Record })
	slices.SortFunc(p.Settled, func(a, b user.Settled) int { return a.Record - b.Record })
	p.drop()
	return p
}

func (p *History) take(w written) {
	for _, x := range w.sent {
		p.forget(x.Record)
		p.Sent = append(p.Sent, x)
	}
	for _, o := range w.settled {
		p.forget(o.Record)
		p.Settled = append(p.Settled, o)
	}
	if w.mark != nil {
		p.Checkpoint = *w.mark
	}
	if w.over != nil {
		p.End = w.over
	}
	if w.resumed != nil {
		p.End, p.Resumed = nil, append(p.Resumed, *w.resumed)
	}
}

func (p *History) forget(record int) {
	p.Sent = slices.DeleteFunc(p.Sent, func(s Sent) bool { return s.Record == record })
	p.Settled = slices.DeleteFunc(p.Settled, func(o user.Settled) bool { return o.Record == record })
}
