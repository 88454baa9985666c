// Package progress shows how far a run is: one line on a terminal, or a line now and then in a
// log. Start at New.
package progress

import (
	"cmp"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"usersync/sync/user"
	"usersync/sync/visible"
)

// Options say where progress is shown. The zero value is for a log: a plain line every 30 seconds.
type Options struct {
	// Terminal shows one line and redraws it.
	Terminal bool
	// Every is the time between two lines; 0 is 30 s, on a terminal 0.2 s.
	Every time.Duration
	// Width returns the number of columns of the terminal. It is called for every line,
	// because a window can be resized; nil is 80.
	Width func() int
	// Silent shows no lines but those that are asked for.
	Silent bool
	// Say takes the lines, one at a time, instead of the writer; nil uses the writer. It is
	// for logs that are data, where the line is a field of a record.
	Say func(line string)
}

// Progress is a Writer that counts, and shows the counts during the run. Write is cheap; one
// goroutine, which Start starts and Stop ends, draws the line.
type Progress struct {
	options Options
	source  Source
	before  int // records that earlier parts of the run have settled
	counts  [len(user.Statuses)]atomic.Int64

	asked   chan struct{}
	stop    chan struct{}
	drawing sync.WaitGroup

	mu      sync.Mutex // guards what follows, and the order of what is written
	to      io.Writer
	shown   string // the line on the terminal
	started bool   // and not stopped
	err     error
}

// New returns a Progress that shows itself on w, usually stderr.
func New(w io.Writer, o Options) *Progress {
	every := 30 * time.Second
	if o.Terminal {
		every = 200 * time.Millisecond
	}
	o.Every = cmp.Or(o.Every, every)
	if o.Width == nil {
		o.Width = func() int { return 80 }
	}
	return &Progress{options: o, to: w, asked: make(chan struct{}, 1)}
}

// Write counts o. Unlike other writers it is safe for concurrent use, and it never fails.
func (p *Progress) Write(o *user.Outcome) error {
	p.counts[statusIndex(o.Status)].Add(1)
	return nil
}

// settled counts all records that have an outcome.
func (p *Progress) settled() int {
	n := 0
	for i := range p.counts {
		n += int(p.counts[i].Load())
	}
	return n
}

func statusIndex(s user.Status) int {
	for i, status := range user.Statuses {
		if s == status {
			return i
		}
	}
	return 0
}

// Start starts to show progress. The caller must call Stop, once.
func (p *Progress) Start(s Source) {
	p.source = s
	for i, status := range user.Statuses {
		p.counts[i].Add(int64(s.Before[status]))
		p.before += s.Before[status]
	}
	p.stop = make(chan struct{})
	p.drawing.Go(p.run)
	p.setStarted(true)
}

func (p *Progress) setStarted(started bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.started = started
}

// Ask shows one line now, that stays. It is safe for concurrent use, also before Start and after
// Stop, and does not wait.
func (p *Progress) Ask() {
	p.mu.Lock()
	started := p.started
	p.mu.Unlock()
	if !started {
		p.keep("no user is being sent at the moment")
		return
	}
	select {
	case p.asked <- struct{}{}:
	default: // a line comes anyway
	}
}

// Stop removes the line and waits until nothing more is written. The error is the first that w
// returned; after that nothing was shown.
func (p *Progress) Stop() error {
	if p.stop != nil {
		p.setStarted(false)
		close(p.stop)
		p.drawing.Wait()
		p.stop = nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.show("")
	return p.err
}

func (p *Progress) run() {
	ticks := time.NewTicker(p.options.Every)
	defer ticks.Stop()
	speed := newSpeed(time.Now())
	for {
		select {
		case <-p.stop:
			return
		case <-p.asked:
			p.keep(p.line(time.Now(), speed))
		case now := <-ticks.C:
			if line := p.line(now, speed); !p.options.Silent { // the line follows the speed
				p.draw(line)
			}
		}
	}
}

// keep shows a line that stays.
func (p *Progress) keep(line string) {
	if p.options.Say != nil { // before the lock: Say may write through Above
		p.options.Say(line)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	shown := p.shown
	p.show("")
	p.put("usersync: " + visible.Text(line) + "\n")
	p.show(shown)
}

func (p *Progress) draw(line string) {
	if !p.options.Terminal || p.options.Say != nil {
		p.keep(line)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.show(visible.Cut(visible.Text(line), p.options.Width()-1)) // a full last column would wrap
}

const eraseLine = "\r\x1b[2K"

// show replaces the line on the terminal.
func (p *Progress) show(line string) {
	text := line
	if p.shown != "" {
		text = eraseLine + line
	}
	p.put(text)
	p.shown = line
}

func (p *Progress) put(text string) {
	if p.err == nil && text != "" {
		_, p.err = io.WriteString(p.to, text)
	}
}

// Above returns a writer to the same place for lines that stay, such as logs: they appear above the
// line that is redrawn. It is safe for concurrent use, also before Start and after Stop.
func (p *Progress) Above() io.Writer { return above{p} }

type above struct{ *Progress }

// Write writes text, with what a terminal would obey or hide escaped, above the line that is
// redrawn.
func (a above) Write(text []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	line := a.shown
	a.show("")
	_, err := visible.NewWriter(a.to).Write(text)
	a.show(line)
	return len(text), err
}
