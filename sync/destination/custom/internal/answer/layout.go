// Package answer reads what an API says about each user of a call, as a config describes it.
//
// It makes no call, and knows of how calls are written only the templates by which an answer names
// users. Start at Layout for what a config can say, and at settle.go for what an answer means.
package answer

import (
	"net/http"
	"slices"

	"usersync/sync/destination"
	"usersync/sync/destination/custom/internal/form"
	"usersync/sync/destination/custom/internal/jsontree"
	"usersync/sync/destination/custom/internal/request"
	"usersync/sync/destination/vocabulary"
	"usersync/sync/user"
)

// API is what the answers of an API have in common. Its fields are not changed after the
// first answer.
type API struct {
	Account    string
	OwnKeys    bool                     // the API assigns the keys
	Forms      map[user.Field]form.Form // how fields are sent
	Vocabulary *vocabulary.Vocabulary   // of all words that may be shown
	// Observe gets the status and headers of an answer in which a user is told to come
	// back later.
	Observe func(int, http.Header)
}

// Call is what is known of a call when its answer is read.
type Call struct {
	Op      user.Op
	Records []*user.Record
	Upsert  bool // it both creates and updates
	Replay  destination.Replay
}

// Layout says where the answer to a call holds what it says about users. Decode reads it;
// after that it is safe for concurrent use. Without results, errors, done and buckets the
// answer is about the call as a whole.
type Layout struct {
	top      locations
	key      jsontree.Pointer // of the user in the answer; nil if it shows none
	results  *entries
	errors   *entries
	done     []*entries // lists of users that succeeded
	buckets  []bucket
	keyedBy  []request.Template
	fold     bool // keys are compared without regard to letter case
	absent   absence
	accepts  bool // a success means accepted for later
	empty    bool // a success may have no body
	meanings map[string]meaning
	count    jsontree.Pointer // to the number of users that succeeded
}

// locations says where an entry holds what it says about one user.
type locations struct {
	status, code, remote, created, after jsontree.Pointer
	message                              []jsontree.Pointer
}

// entries is a list in an answer, and how an entry identifies its user: by its
// position, by a key, by a number or by a pointer into the request.
type entries struct {
	locations
	at         jsontree.Pointer
	byPosition bool
	key        jsontree.Pointer
	keyedBy    []request.Template // what key is compared with; nil means the answer's
	index      jsontree.Pointer
	pointer    jsontree.Pointer
	below      string  // the part of that pointer before the number
	as         meaning // what it means to be in the list; "" leaves it to the list's name
}

// bucket is a list of keys, all with one meaning.
type bucket struct {
	at    jsontree.Pointer
	code  string
	means meaning
}

// absence is what it means if an answer does not mention a user.
type absence string

const (
	absentInDoubt   absence = "in_doubt"
	absentSucceeded absence = "succeeded"
	absentFailed    absence = "failed"
)

// meaning is what a status or a code means for a user.
type meaning string

const (
	meansDone      meaning = "done"
	meansCreated   meaning = "created"
	meansUpdated   meaning = "updated"
	meansUnchanged meaning = "unchanged"
	meansAccepted  meaning = "accepted"
	meansExists    meaning = "exists"
	meansMissing   meaning = "missing"
	meansBusy      meaning = "busy"
	meansRefused   meaning = "refused"
	meansInDoubt   meaning = "in_doubt"
)

// successes are the meanings that a list of successes can have.
var successes = []string{"created", "updated", "unchanged", "accepted"}

var meanings = []string{"done", "created", "updated", "unchanged", "accepted", "exists", "missing", "busy", "refused", "in_doubt"}

// implied is what it means to be in a list, if its entry does not say.
func (w *Layout) implied(l *entries) meaning {
	switch l {
	case w.results:
		return meansInDoubt
	case w.errors:
		return meansRefused
	}
	return meansDone
}

// atRoot reports whether one of the lists is the answer itself.
func (w *Layout) atRoot() bool {
	return slices.ContainsFunc(w.lists(), func(l *entries) bool { return len(l.at) == 0 })
}

// lists returns the lists that the answer can have.
func (w *Layout) lists() (all []*entries) {
	for _, l := range append([]*entries{w.results, w.errors}, w.done...) {
		if l != nil {
			all = append(all, l)
		}
	}
	return all
}

func (s *locations) pointers() []jsontree.Pointer {
	return append([]jsontree.Pointer{s.status, s.code, s.remote, s.created, s.after}, s.message...)
}
