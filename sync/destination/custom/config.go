package custom

import (
	"regexp"

	"usersync/sync/destination"
	"usersync/sync/destination/custom/internal/answer"
	"usersync/sync/destination/custom/internal/form"
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
	answer            answer.Layout
}

// read is the call that reads a user back.
type read struct {
	line int
	request.Request
	shown answer.Shown
}
