package explain

import (
	"context"
	"errors"
	"io/fs"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/history"
	"usersync/sync/journal"
	"usersync/sync/pseudonym"
	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/rundir"
)

// Query says what to look for, and where.
type Query struct {
	RunsDir string
	Run     string // describe only this run; what later runs did with the user is part of that. Empty: all of them
	ID      string
	// Remote, if it is set, is the API's key to look for in place of the ID.
	Remote string
}

// Found says which runs had a user.
type Found struct {
	Hits []Hit // the newest first
	// Alike are ids in these runs that look like the one asked for; at most ten.
	Alike       []string
	NotSearched []NotSearched
	// ReadBy names, for a run, the later runs that read its rejects, the newest first.
	ReadBy map[string][]string
	// LedgerCommand is a command line of usersync ledger for the ledger in question. It is for
	// the caller to set.
	LedgerCommand func(f config.Flag, verb string, ids ...string) string

	newest []*searched // all runs, the newest first
}

// Hit is a run that had the user.
type Hit struct {
	Run    string
	Header journal.Header
	Rows   []writer.Result // of the user, in the order of the results
	// Unwritten are rows of the user that only the journal of a run that did not finish knows. One
	// without a status was sent, or was about to be, and has no outcome.
	Unwritten []user.Settled
}

// Asked are the hits in the run that was asked for, or all.
func (f *Found) Asked(run string) []Hit {
	return slices.DeleteFunc(slices.Clone(f.Hits), func(h Hit) bool { return run != "" && h.Run != run })
}

// ID is the id of the user in the newest row.
func (h *Hit) ID() string {
	if n := len(h.Rows); n > 0 {
		return h.Rows[n-1].ID
	}
	return h.Unwritten[0].ID
}

// maxScan is how many bytes of results are read, all runs together, where no index covers
// them: about two seconds. A run that is named is read whole.
const maxScan = 256 << 20

// searchedAtOnce hides the latency of a disk that is not cached.
const searchedAtOnce = 64

// Search finds the runs that had a user. A run that cannot be searched is listed, and is no
// error. Its error is a *history.DirError or a *history.LookupError.
func Search(ctx context.Context, q Query) (*Found, error) {
	runs, err := rundir.Runs(q.RunsDir)
	if err != nil {
		return nil, &history.DirError{Err: err}
	}
	s := &search{Query: q, scanned: &budget{left: maxScan}}
	found, err := s.all(ctx, runs)
	if err != nil {
		return nil, err
	}
	return s.sum(found), nil
}

// search is a search in progress. It is safe for concurrent use.
type search struct {
	Query
	scanned *budget
}

// budget is what may still be read.
type budget struct {
	mu   sync.Mutex
	left int64
}

// take reports whether n bytes may be read.
func (b *budget) take(n int64) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n > b.left {
		return false
	}
	b.left -= n
	return true
}

// searched is what one run has to say.
type searched struct {
	run    string
	header journal.Header
	rows   []writer.Result
	alike  []string
	why    string // it was not searched, or not completely
	id     string // of the user
	ids    pseudonym.Key

	unwritten []user.Settled
}

func (s *search) all(ctx context.Context, runs []rundir.RunInfo) ([]searched, error) {
	found := make([]searched, len(runs))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(searchedAtOnce)
	for i, info := range runs {
		found[i].run = info.ID
		if !info.Journal {
			continue
		}
		group.Go(func() error {
			if err := s.one(&found[i], info.Finished); err != nil && !errors.Is(err, fs.ErrNotExist) {
				found[i].why = err.Error()
			}
			return ctx.Err()
		})
	}
	return found, group.Wait()
}

// one searches one run.
func (s *search) one(found *searched, finished bool) (err error) {
	dir, err := rundir.Open(s.RunsDir, found.run)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	if found.header, err = headerIn(dir); err != nil || found.header.Run == "" {
		return err
	}
	found.ids, _ = pseudonym.ParseKey(found.header.PseudonymKey)
	found.id = found.ids.ID(s.ID) // a pseudonym from the run's own results
	if err := s.rowsIn(dir, found); err != nil || finished || s.Remote != "" {
		return err
	}
	return s.unwrittenIn(found)
}

// unwrittenIn looks into the journal of a run that did not finish for what results do not say:
// not yet, or, if another run has absorbed it, never.
func (s *search) unwrittenIn(found *searched) error {
	r, err := history.Read(s.RunsDir, found.run)
	if err != nil || r.Journal.End != nil && r.Journal.End.State == journal.Finished {
		return err
	}
	for _, o := range r.Journal.Settled {
		if o.ID == found.id {
			found.unwritten = append(found.unwritten, o)
		}
	}
	for _, o := range r.Journal.Sent {
		if o.ID == found.id {
			found.unwritten = append(found.unwritten, user.Settled{Record: o.Record, ID: o.ID, Action: o.Op})
		}
	}
	written := 0
	if n := len(found.rows); n > 0 {
		written = found.rows[n-1].Record
	}
	found.unwritten = slices.DeleteFunc(found.unwritten, func(o user.Settled) bool { return o.Record <= written })
	slices.SortFunc(found.unwritten, func(a, b user.Settled) int { return a.Record - b.Record })
	return nil
}

func headerIn(dir *rundir.Dir) (h journal.Header, err error) {
	f, err := dir.Read(rundir.JournalName)
	if err != nil {
		return h, err
	}
	defer f.Close() // it was only read
	info, err := f.Stat()
	if err != nil {
		return h, err
	}
	return journal.ReadHeader(f, info.Size())
}

// mostAlike is more than a person compares.
const mostAlike = 10

// sum puts together what the runs have to say.
func (s *search) sum(all []searched) *Found {
	f := &Found{ReadBy: map[string][]string{}}
	runs, headers := map[string]*searched{}, map[string]journal.Header{}
	for i := range all {
		one := &all[i]
		for _, run := range history.ReadBy(one.header) {
			f.ReadBy[run] = append(f.ReadBy[run], one.run)
		}
		if one.header.Run != "" {
			runs[one.run], headers[one.run] = one, one.header
		}
		if one.why != "" {
			f.NotSearched = append(f.NotSearched, NotSearched{one.run, one.why})
		}
		for _, id := range one.alike {
			if len(f.Alike) < mostAlike && !slices.Contains(f.Alike, id) {
				f.Alike = append(f.Alike, id)
			}
		}
	}
	for _, run := range history.NewestFirst(headers) {
		one := runs[run]
		f.newest = append(f.newest, one)
		if one.has() {
			f.Hits = append(f.Hits, Hit{Run: run, Header: one.header, Rows: one.rows, Unwritten: one.unwritten})
		}
	}
	s.dropOlder(f)
	return f
}

// dropOlder drops, from what was not searched, the runs older than the one that was asked for. If that
// one had the user, nothing that is said depends on them.
func (s *search) dropOlder(f *Found) {
	older := slices.IndexFunc(f.newest, func(one *searched) bool { return one.run == s.Run && one.has() }) + 1
	if older == 0 {
		return
	}
	f.NotSearched = slices.DeleteFunc(f.NotSearched, func(n NotSearched) bool {
		return slices.ContainsFunc(f.newest[older:], func(one *searched) bool { return one.run == n.Run })
	})
}
