package konstantly

import (
	"net/http"
	"strings"

	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

// The codes of this client, beside the field's bad_NAME and http_STATUS.
const (
	codeLicence = "licence_limit" // the site's licence allows no more active users
	codeOtherID = "other_id"      // the answer shows another user than was asked for
	codeInside  = "error_inside"  // a success with an error inside
	codeActive  = "not_blocked"   // the answer to a block shows the user active
	codeBlocked = "still_blocked" // the answer to an activation shows the user blocked
	codeFreed   = "unblocked"     // the user was activated again
)

// voice makes code and detail of an error, fit to leave the client. The code is
// bad_FIELD for the first field of ours that is blamed, else the message in
// snake case, else the status.
func (s *answer) errorText(status int, r, sent *user.Record) (code, detail string) {
	if status == http.StatusPaymentRequired {
		return codeLicence, s.detail(r, sent)
	}
	for _, e := range s.fieldErrors() {
		if f, ok := fieldOf(e.key, r); ok {
			if _, custom := attributeID(f); custom {
				f = "attributes"
			}
			return "bad_" + string(f), s.detail(r, sent)
		}
	}
	if code = destination.Phrase(plainText(s.Message), "", r, sent); code == "" {
		code = destination.StatusCode(status)
	}
	return code, s.detail(r, sent)
}

// detail is what is said against each field, by our names, or else the message.
func (s *answer) detail(r, sent *user.Record) string {
	return destination.Clean(s.text(r), r, sent)
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

// words finds what an answer that is a fault says.
func bodyText(body []byte) string {
	if s, err := read(body); err == nil {
		return s.text(&user.Record{})
	}
	return rest.PlainText(body)
}
