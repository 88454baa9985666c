package history

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"usersync/reader"
	"usersync/sync/journal"
	"usersync/sync/ledger/rowset"
	"usersync/sync/user"
	"usersync/writer"
	"usersync/writer/cause"
	"usersync/writer/rundir"
)

// Selection is which rejects of a run are sent again. Its memory is one bit for each record
// of the run. It is for one goroutine.
type Selection struct {
	journal.Retry
	// Send, OtherGroups and Settled count the rejects that the run wrote: those to send,
	// and those left out because of their group, or because a later run settled them.
	Send, OtherGroups, Settled int
	// Of each group that was asked for: its rejects.
	Found map[string]int
	// Deletions are groups that were asked for and hold deletions of users missing from the
	// input, which are not in rejects.
	Deletions []string

	groups  *cause.ErrorGroups // the largest of the run; nil if it has none
	grouped rowset.Set         // records of the groups
	since   since
}

// Select works out which rejects of a run in dir a retry sends. Its error is a *LookupError.
func Select(dir string, r journal.Retry) (*Selection, error) {
	s := &Selection{Retry: r, Found: map[string]int{}}
	err := s.read(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &LookupError{Dir: dir, Err: fmt.Errorf("find the rejects of run %s: its files are no longer in %s", r.Retried, dir)}
	}
	if err != nil {
		return nil, &LookupError{Err: fmt.Errorf("find the rejects of run %s: %w", r.Retried, err)}
	}
	return s, nil
}

func (s *Selection) read(dir string) (err error) {
	h, err := headerOf(dir, s.Retried)
	if err != nil {
		return err
	}
	if s.since, err = settledSince(dir, s.Retried, s.SettledBy); err != nil {
		return err
	}
	var groups cause.Groups
	destination := ScopeOf(h).Destination
	keys := keysOf(destination)
	err = results(dir, s.Retried, func(r *writer.Result) error {
		if !r.Status.Rejected() {
			return nil
		}
		s.add(&r.Settled, keys)
		o, _ := r.For(&user.Record{Origin: user.Origin{Record: r.Record, File: r.File, Line: r.Line, Absent: r.Absent()}})
		return groups.Write(&o)
	})
	s.groups = groups.Report(destination, nil)
	return err
}

// add counts a reject.
func (s *Selection) add(r *user.Settled, keyOf func(*user.Settled) string) {
	key, asked := "", true
	if len(s.Groups) > 0 {
		key = keyOf(r)
		asked = slices.Contains(s.Groups, key)
	}
	switch {
	case r.Absent():
		if asked && key != "" && !slices.Contains(s.Deletions, key) {
			s.Deletions = append(s.Deletions, key)
		}
		return
	case asked && key != "":
		s.Found[key]++
		s.grouped.Add(int64(r.Record))
	}
	switch {
	case s.since.settled.Has(int64(r.Record)):
		s.Settled++
	case asked:
		s.Send++
	default:
		s.OtherGroups++
	}
}

// keysOf returns a function that names the group of a reject, and remembers some names.
func keysOf(destination string) func(*user.Settled) string {
	const most = 1000
	known := map[cause.Cause]string{}
	return func(r *user.Settled) string {
		c := cause.Of(r)
		key, found := known[c]
		if !found {
			if len(known) == most {
				clear(known)
			}
			key = c.Key(destination)
			known[c] = key
		}
		return key
	}
}

// Of says what to do with a reject that is read again. A row that names another run, or
// none, is of no group.
func (s *Selection) Of(r user.Rejected) reader.Selection {
	record := int64(r.Record)
	own := r.Run == s.Retried
	switch {
	case own && s.since.settled.Has(record):
		return reader.Settled
	case len(s.Groups) > 0 && !(own && s.grouped.Has(record)):
		return reader.OtherGroup
	case own && s.since.doubted.Has(record):
		return reader.MaybeSent
	}
	return reader.Selected
}

// Missing returns the groups that were asked for and that the run does not have.
func (s *Selection) Missing() []string {
	var missing []string
	for _, key := range s.Groups {
		if s.Found[key] == 0 && !slices.Contains(s.Deletions, key) {
			missing = append(missing, key)
		}
	}
	return missing
}

// Sendable returns the largest groups of the run whose rejects can be sent again.
func (s *Selection) Sendable() []cause.ErrorGroup {
	if s.groups == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(s.groups.Groups), func(g cause.ErrorGroup) bool { return !g.InRejects() })
}

// results passes each of the results of a run, up to the first row that is incomplete.
func results(dir, run string, each func(*writer.Result) error) (err error) {
	d, err := rundir.Open(dir, run)
	if err != nil {
		return err
	}
	f := &Files{}
	f.open = append(f.open, d)
	defer f.Close()
	text, err := f.text(d, "results")
	if err != nil {
		return err
	}
	for r, bad := range writer.ReadResults(text.Text, text.Name, text.Format) {
		if _, incomplete := errors.AsType[*writer.LineError](bad); incomplete {
			return nil
		}
		if bad != nil {
			return bad
		}
		if err := each(&r); err != nil {
			return err
		}
	}
	return nil
}
