package scim

import (
	"net/url"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/destination/scim/internal/resource"
	"usersync/sync/destination/scim/internal/target"
	"usersync/sync/user"
)

// said is what an answer says of one user, be it a call of its own or an
// operation of many.
type said struct {
	status   int // 0 if it has none that can be read
	location string
	request  string
	alone    bool // it is the answer to a call of its own
	body
}

// body is what of a user or an error is looked at. Members of another type than
// SCIM gives them do no harm.
type body struct {
	ID         jsontext.Value `json:"id"`
	ExternalID jsontext.Value `json:"externalId"`
	Active     jsontext.Value `json:"active"`
	Schemas    jsontext.Value `json:"schemas"`
	Status     jsontext.Value `json:"status"`
	SCIMType   jsontext.Value `json:"scimType"`
	Detail     jsontext.Value `json:"detail"`
}

// lenient reads names in any letter case (RFC 7643 2.1).
var lenient = json.JoinOptions(resource.Lax, json.MatchCaseInsensitiveNames(true))

func (s *said) read(text []byte) error {
	if jsontext.Value(text).Kind() != '{' {
		return target.ErrStructure
	}
	return json.Unmarshal(text, &s.body, lenient)
}

const errorURN = "urn:ietf:params:scim:api:messages:2.0:Error"

// complains reports whether the body is an error (RFC 7644 3.12) whatever the
// status of the call is.
func (b *body) complains() bool {
	return strings.Contains(string(b.Schemas), errorURN) || b.SCIMType.Kind() == '"' || number(b.Status) >= 400
}

// codeNoKey: the answer calls somebody created and gives no key.
const codeNoKey = "no_key"

// codeOtherUser: the answer shows another user than was sent.
const codeOtherUser = "other_id"

// judge gives r its outcome.
func (d *decoder) judge(op user.Op, r *user.Record, s said) user.Outcome {
	o := user.Outcome{Record: r, HTTP: s.status, RequestID: s.request}
	switch {
	case s.status/100 == 2 && s.complains():
		o.Status, o.Code = user.InDoubt, user.CodeContradiction
		o.Detail = destination.Clean(s.words(), r)
	case s.status == 202:
		o.Status = user.Accepted
	case s.status/100 == 2:
		d.done(op, r, s, &o)
	default:
		o.Status, o.Code = verdict(op, s.status, resource.Says(s.SCIMType)), s.code(r)
		o.Detail = destination.Clean(s.words(), r)
	}
	return o
}

// done judges a success, which must not show another user than r.
func (d *decoder) done(op user.Op, r *user.Record, s said, o *user.Outcome) {
	o.Remote = resource.Says(s.ID)
	switch {
	case op == user.Create && s.ExternalID.Kind() == '"' && resource.Says(s.ExternalID) != externalID(r),
		op != user.Create && o.Remote != "" && o.Remote != r.Remote:
		o.Status, o.Code, o.Remote = user.InDoubt, codeOtherUser, ""
	case op == user.Create:
		if o.Status = user.Created; o.Remote == "" {
			o.Remote = key(s.location)
		}
		if o.Remote == "" { // who is called created must be found again
			o.Status, o.Code = user.InDoubt, codeNoKey
		}
	case op == user.Update && s.alone && s.status != 204 && o.Remote == "":
		o.Status, o.Code = user.InDoubt, user.CodeNoAnswer // RFC 7644 3.5.1 and 3.5.2: it shows the user
	case op == user.Update:
		o.Status = user.Updated
	case d.config.Deactivate && strings.EqualFold(resource.Says(s.Active), "true"):
		o.Status, o.Code = user.InDoubt, user.CodeContradiction
	case d.config.Deactivate:
		o.Status, o.Code = user.Deleted, codeDeactivated
	default:
		o.Status = user.Deleted
	}
}

// codeDeactivated goes with Deleted where the user is only locked out.
const codeDeactivated = "deactivated"

// verdict says what an error status means for one user.
func verdict(op user.Op, status int, scimType string) user.Status {
	unique := strings.EqualFold(scimType, "uniqueness")
	switch {
	case op == user.Create && (status == 409 && (unique || scimType == "") || status == 400 && unique):
		return user.Exists
	case (status == 404 || status == 410) && op != user.Create:
		return user.Missing
	case status == 425 || status == 429 || status == 503:
		return user.Busy
	case status == 408 || status/100 != 4:
		return user.InDoubt
	}
	return user.Refused
}

// code is the scimType, if it is a word in which nothing had to be redacted,
// else the status.
func (s *said) code(r ...*user.Record) string {
	if word := resource.Says(s.SCIMType); isWord(word) && destination.Clean(word, r...) == word {
		return word
	}
	if s.status == 0 {
		return user.CodeNoAnswer
	}
	return destination.StatusCode(s.status)
}

const longestWord = 40

func isWord(word string) bool {
	return word != "" && len(word) <= longestWord && !strings.ContainsFunc(word, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
}

// words is what the body says to a person.
func (b *body) words() string {
	return strings.TrimSpace(strings.Join(slices.DeleteFunc([]string{resource.Says(b.SCIMType), resource.Says(b.Detail)}, func(s string) bool { return s == "" }), ": "))
}

// words finds what an answer that is a fault says.
func words(answer []byte) string {
	var s said
	if s.read(answer) == nil {
		return s.words()
	}
	return rest.PlainText(answer)
}

// number reads a status: a string, a number, or an object with a code (drafts
// of RFC 7644 had one). 0 if it is none of these.
func number(v jsontext.Value) int {
	if v.Kind() == '{' {
		var inner struct {
			Code jsontext.Value `json:"code"`
		}
		if json.Unmarshal(v, &inner, lenient) != nil {
			return 0
		}
		v = inner.Code
	}
	return rest.StatusIn(resource.Says(v))
}

// key is the last segment of a user's address; "" if it has none.
func key(location string) string {
	u, err := url.Parse(location)
	if err != nil || location == "" {
		return ""
	}
	segments := strings.Split(strings.TrimRight(u.EscapedPath(), "/"), "/")
	if len(segments) < 2 || !strings.EqualFold(segments[len(segments)-2], usersPath) {
		return ""
	}
	last, err := url.PathUnescape(segments[len(segments)-1])
	if err != nil {
		return ""
	}
	return last
}
