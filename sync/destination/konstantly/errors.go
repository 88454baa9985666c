package konstantly

import (
	"net/http"
	"strings"

	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/destination/vocabulary"
	"usersync/sync/user"
)

// The codes of this client, besides bad_FIELD and http_STATUS.
const (
	codeLicence = "licence_limit" // the site's licence allows no more active users
	codeOtherID = "other_id"      // the answer shows a different user
	codeInside  = "error_inside"  // a success with an error inside
	codeActive  = "not_blocked"   // the answer to a block shows the user active
	codeBlocked = "still_blocked" // the answer to an activation shows the user blocked
	codeFreed   = "unblocked"     // the user was activated again
)

// errorText returns a code and a detail of an error. The code is bad_FIELD
// for the first known field with an error; otherwise the message in snake case, if
// it is a short phrase; otherwise the status.
func (s *answer) errorText(w *vocabulary.Vocabulary, status int, r, sent *user.Record) (code, detail string) {
	if status == http.StatusPaymentRequired {
		return codeLicence, s.detail(w, r, sent)
	}
	for _, e := range s.fieldErrors() {
		if f, ok := fieldOf(e.key, r); ok {
			if _, custom := attributeID(f); custom {
				f = "attributes"
			}
			return "bad_" + string(f), s.detail(w, r, sent)
		}
	}
	if code = w.Phrase(plainText(s.Message), r, sent); code == "" {
		code = destination.StatusCode(status)
	}
	return code, s.detail(w, r, sent)
}

// detail returns the errors of each field, under our names, or the message if there
// are none.
func (s *answer) detail(w *vocabulary.Vocabulary, r, sent *user.Record) string {
	return w.Clean(s.text(r), "", r, sent)
}

func (s *answer) text(r *user.Record) string {
	var parts []string
	for _, e := range s.fieldErrors() {
		words := strings.Join(e.words, ", ")
		if f, ok := fieldOf(e.key, r); ok {
			words = string(f) + ": " + words
		} else if e.key != "" {
			words = e.key + ": " + words
		}
		parts = append(parts, words)
	}
	if len(parts) > 0 {
		return strings.Join(parts, "; ")
	}
	if message := plainText(s.Message); message != "" {
		return message
	}
	return plainText(s.Error)
}

// bodyText returns what the body of a fault says.
func bodyText(body []byte) string {
	if s, err := read(body); err == nil {
		return s.text(&user.Record{})
	}
	return rest.PlainText(body)
}
