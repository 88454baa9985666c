package custom

import (
	"regexp"

	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

// Config describes an API: what `custom:` in a config file says. Decode reads
// it.
type Config struct {
	Name, BaseURL, Account string
	// Sandbox names the shape of API that rehearses this one; may be empty.
	Sandbox string
	// REST is what the caller knows of the network; Decode fills only Auth, Media
	// and HTTP2.
	REST rest.Config

	ownKeys   bool // the API makes the keys
	perMinute int
	headers   []pair // of every call
	required  []user.Field
	patterns  []pattern
	clear     string // the JSON that clears a field; "" if none does
	limits    limits
	hmac      *hmacAuth
	forms     map[user.Field]form // in which each field is sent
	hidden    []string            // secrets in headers that rest does not know of
	create    *call
	update    *call
	remove    *call
	read      *read
}

// pattern is what the whole text of a field must match.
type pattern struct {
	field user.Field
	rule  *regexp.Regexp
	text  string
}

// pair is a name and the text that belongs to it.
type pair struct {
	name   string
	value  template
	secret bool
}

// call is one kind of call.
type call struct {
	line     int
	method   string
	path     []template // its segments
	query    []pair
	headers  []pair
	item     node // one user in a body that carries several; else nil
	body     node // nil sends none
	batch    int
	maxBytes int
	replay   destination.Replay
	merge    bool
	upsert   bool // the one call both creates and updates
	answer   answer
	named    []user.Field // what its places name, the words that are no fields too
	needs    []user.Field // those without which it cannot be made
}

// read is the call that reads a user back.
type read struct {
	call
	at     pointer
	list   bool // of users found; else the user
	key    pointer
	remote pointer
	fields []readField
}

type readField struct {
	field user.Field
	at    pointer
}

// answer says how to read an answer. Without results, errors, done and buckets
// the call is settled as a whole.
type answer struct {
	top      locations
	key      pointer // of the user that the answer is about; nil if it shows none
	results  *entries
	errors   *entries
	done     *entries
	buckets  []bucket
	keyedBy  []template
	fold     bool // keys are compared without letter case
	absent   absence
	accepts  bool // a success is a promise for later
	empty    bool // a success may come without a body
	meanings map[string]meaning
	count    pointer // of the number of users who succeeded
}

// says are the places of what is said of one user.
type locations struct {
	status, code, remote, created, after pointer
	message                              []pointer
}

// entries is a list in an answer, and how an entry says whose it is: by its
// place, by a key, by a number or by a pointer into the request.
type entries struct {
	locations
	at         pointer
	byPosition bool
	key        pointer
	keyedBy    []template // what key is compared with; nil is what the answer says
	index      pointer
	pointer    pointer
	below      string // what stands before the number in that pointer
}

// bucket is a list of keys, all with one meaning.
type bucket struct {
	at    pointer
	code  string
	means meaning
}

// limits names the headers by which the API tells its limits; "" where it has
// none.
type limits struct {
	limit, remaining, reset, retryAfter string
	window                              int // seconds that limit is about
}

// absence is what it means that an answer does not mention a user.
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

var meanings = []string{"done", "created", "updated", "unchanged", "accepted", "exists", "missing", "busy", "refused", "in_doubt"}
