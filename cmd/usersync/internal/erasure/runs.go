package erasure

import (
	"errors"
	"io"
	"maps"
	"slices"

	"usersync/cmd/usersync/internal/history"
	"usersync/sync/journal"
	"usersync/sync/pseudonym"
	"usersync/writer"
	"usersync/writer/rundir"
)

// person is an id to erase, and the keys of the API that it has.
type person struct {
	id   string
	keys map[string]bool
}

// fromRuns erases a person from every run of the scope, or from none. Runs may know more of
// the person's keys.
func fromRuns(dir string, at place, who person) (done Done, err error) {
	before := len(who.keys)
	s, err := searchRuns(dir, at, who)
	if err == nil && len(who.keys) > before { // other rows may name them
		s, err = searchRuns(dir, at, who)
	}
	if err != nil {
		return done, err
	}
	done.Elsewhere, done.Others = s.elsewhere, slices.Sorted(maps.Keys(s.others))
	if blocking := s.blocking(); len(blocking) > 0 {
		return done, &BlockedError{Runs: blocking}
	}
	for _, c := range s.affected {
		if err := c.erase(&done); err != nil {
			return done, &UnfinishedError{Run: c.ID, Err: err}
		}
		done.Runs++
	}
	return done, nil
}

// place is the account that runs went to: its scope, and the runs that the ledger has
// registered for it under any address.
type place struct {
	scope      journal.Scope
	registered map[string]bool
}

// survey is what is known about all runs before any is changed.
type survey struct {
	affected   []*candidate            // ended runs that hold the id
	unfinished []*history.Run          // unfinished runs that hold the id
	readers    map[string]*history.Run // runs that can be resumed, by the run whose rejects they read
	elsewhere  int
	others     map[string]bool // ids that had a key of the person
}

func searchRuns(dir string, at place, who person) (s survey, err error) {
	runs, err := rundir.Runs(dir)
	if err != nil {
		return s, &history.DirError{Err: err}
	}
	s.readers, s.others = map[string]*history.Run{}, map[string]bool{}
	for _, info := range runs {
		c := &candidate{Run: &history.Run{Dir: dir, ID: info.ID}, user: who}
		err := c.search(info)
		if err == nil && c.inSandbox() {
			err = c.searchSandbox(info)
		}
		if err == nil {
			s.add(c, at)
			s.learn(c, at, who)
		} else if c.Journal == nil || c.belongsTo(at) {
			return s, &UnreadableError{Run: info.ID, Err: err}
		}
	}
	return s, nil
}

// learn collects keys of the person, and other ids that had them.
func (s *survey) learn(c *candidate, at place, who person) {
	if !c.belongsTo(at) {
		return
	}
	if !c.inSandbox() {
		maps.Copy(who.keys, c.met)
	}
	maps.Copy(s.others, c.others)
}

func (s *survey) add(c *candidate, at place) {
	if c.Journal != nil && c.Journal.Resumable() {
		for _, run := range history.ReadBy(c.Journal.Header) {
			s.readers[run] = c.Run
		}
	}
	switch {
	case !c.holds:
	case !c.belongsTo(at):
		s.elsewhere++
	case !c.over():
		s.unfinished = append(s.unfinished, c.Run)
	default:
		s.affected = append(s.affected, c)
	}
}

// blocking lists the runs that must end first: those that hold the id, and those that
// would read it in the rejects of another run.
func (s *survey) blocking() []*history.Run {
	all := s.unfinished
	for _, c := range s.affected {
		if r := s.readers[c.ID]; r != nil && !slices.Contains(all, r) {
			all = append(all, r)
		}
	}
	return all
}

// candidate is a run that may hold the id of a user.
type candidate struct {
	*history.Run // Journal is nil if it has none
	user         person
	met, others  map[string]bool // keys of the person, and other ids that had them
	holds        bool
	checkpoints  []int // records of the journal's checkpoints
}

func (c *candidate) over() bool {
	return c.Journal != nil && c.Journal.Begun && c.Journal.Over() || c.stoppedSandbox()
}

func (c *candidate) inSandbox() bool { return c.Journal != nil && c.Journal.Header.Sandbox }

// searchSandbox searches the run again, for rows that name a key which its sandbox gave the person.
// The key is the person's in this run alone: another sandbox gives it to another user.
func (c *candidate) searchSandbox(info rundir.RunInfo) error {
	others := c.others
	c.user.keys = maps.Clone(c.user.keys)
	maps.Copy(c.user.keys, c.met)
	err := c.search(info)
	c.others = others
	return err
}

// stoppedSandbox reports whether this is a sandbox run that was stopped: it cannot be
// continued.
func (c *candidate) stoppedSandbox() bool {
	return c.inSandbox() && c.Journal.End != nil
}

// belongsTo reports whether the run's users are those of the scope. For a sandbox run only
// the API counts.
func (c *candidate) belongsTo(at place) bool {
	if c.Journal == nil || !c.Journal.Begun {
		return true // unknown
	}
	was := history.ScopeOf(c.Journal.Header)
	if c.inSandbox() {
		return was.Destination == at.scope.Destination
	}
	return was.Same(at.scope) || at.registered[c.ID]
}

// search reads the run's journal and looks for the id in its files.
func (c *candidate) search(info rundir.RunInfo) (err error) {
	if info.Journal {
		read, err := history.Read(c.Dir, c.ID)
		if err != nil {
			return err
		}
		c.Run = read
	}
	return c.inDir(func(dir *rundir.Dir, files []string) error {
		c.met, c.others = map[string]bool{}, map[string]bool{}
		e := &eraser{dir: dir, files: files, id: c.user.id, ids: c.pseudonyms(), Erasure: writer.Erasure{Keys: c.user.keys, Met: c.met, Others: c.others}}
		if err := e.copyAll(func(string) (io.Writer, error) { return io.Discard, nil }); err != nil {
			return err
		}
		c.checkpoints = e.Checkpoints
		c.holds = e.changes() || e.has(rundir.ErasingName) && c.over()
		return nil
	})
}

// erase changes the run's files. The results come last: as long as they hold the id,
// another call finds the run again.
func (c *candidate) erase(done *Done) error {
	return c.inDir(func(dir *rundir.Dir, files []string) error {
		e := &eraser{dir: dir, files: files, id: c.user.id, ids: c.pseudonyms(), Erasure: writer.Erasure{Keys: c.user.keys, Checkpoints: c.checkpoints}}
		if err := e.rewrite(c.Journal.Header); err != nil {
			return err
		}
		done.Results, done.Rejects = done.Results+e.results.Erased, done.Rejects+e.rejects.Erased
		done.Notes, done.Lists = done.Notes+e.notes, done.Lists+e.listed
		return nil
	})
}

// pseudonyms is the key of the ids in the run's results.
func (c *candidate) pseudonyms() (k pseudonym.Key) {
	if c.Journal != nil {
		k, _ = pseudonym.ParseKey(c.Journal.Header.PseudonymKey)
	}
	return k
}

// inDir opens the directory of the run and lists its files.
func (c *candidate) inDir(do func(dir *rundir.Dir, files []string) error) (err error) {
	dir, err := rundir.Open(c.Dir, c.ID)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dir.Close()) }()
	files, err := dir.Names()
	if err != nil {
		return err
	}
	return do(dir, files)
}
