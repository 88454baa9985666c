package custom

import (
	"regexp"

	"usersync/sync/destination"
	"usersync/sync/destination/custom/internal/form"
	"usersync/sync/destination/custom/internal/jsontree"
	"usersync/sync/destination/custom/internal/request"
	"usersync/sync/destination/custom/internal/signature"
	"usersync/sync/destination/rest"
	"usersync/sync/destination/vocabulary"
	"usersync/sync/user"
)

// Config describes an API: the section `custom:` of a config file. Decode reads it.
type Config struct {
	Name, BaseURL, Account string
	// Sandbox names the mock server of an API of the same shape; may be empty.
	Sandbox string
	// REST holds the network settings. Decode sets only Auth, Media and HTTP2; the
	// caller sets the rest.
	REST rest.Config

	ownKeys   bool // the API assigns the keys
	perMinute int
	headers   []request.Pair // of every call
	limits    limits
	hmac      *signature.HMAC
	forms     map[user.Field]form.Form // how each field is sent
	operations
	demands
	wording
}

// operations are the calls that are described; nil if one is not.
type operations struct {
	create *call
	update *call
	remove *call
	read   *read
	probe  *call // proves the credentials

	reactivate *reactivation
}

// reactivation is the call that lets a user in again who had been deactivated.
type reactivation struct {
	call
	first bool // it is made before the update
}

// demands are what every user must meet.
type demands struct {
	required []user.Field
	patterns []pattern
}

// wording decides what of an answer may be shown.
type wording struct {
	hidden     []string // secrets in headers that rest does not know
	words      []string
	vocabulary *vocabulary.Vocabulary // of all words that may be shown
}

// pattern is a rule that the whole text of a field must match.
type pattern struct {
	field user.Field
	rule  *regexp.Regexp
	text  string
}

// call is one kind of call.
type call struct {
	line int
	request.Request
	replay destination.Replay
	merge  bool // what the row leaves out is read and sent back
	// mergeNamed: only the fields that the call names are. whole: objects of the body
	// are sent back with everything that the read shows of them.
	mergeNamed, whole bool
	upsert            bool // the one call both creates and updates
	answer            answer
}

// read is the call that reads a user back.
type read struct {
	call
	at     jsontree.Pointer
	list   bool // at is a list of the users found, and not the user
	key    jsontree.Pointer
	remote jsontree.Pointer
	fields []readField
}

type readField struct {
	field user.Field
	at    jsontree.Pointer
}

// answer says how to read an answer. Without results, errors, done and buckets the
// answer is about the call as a whole.
type answer struct {
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

// limits holds the names of the headers with the API's limits; "" if there is none.
type limits struct {
	limit, remaining, reset, retryAfter string
	window                              int // seconds to which limit applies
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
