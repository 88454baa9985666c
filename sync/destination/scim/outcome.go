package scim

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"usersync/sync/destination"
	"usersync/sync/destination/problem"
	"usersync/sync/destination/rest"
	"usersync/sync/destination/scim/internal/resource"
	"usersync/sync/destination/scim/internal/target"
	"usersync/sync/destination/vocabulary"
	"usersync/sync/user"
)

// reply is what an answer says about one user, from its own call or from one operation
// of many.
type reply struct {
	status   int // 0 if it has no readable one
	location string
	request  string
	alone    bool // it is the answer to the user's own call
	body
}

// body is the part of a user or an error that is read. Members of the wrong type do no
// harm.
type body struct {
	ID         jsontext.Value `json:"id"`
	ExternalID jsontext.Value `json:"externalId"`
	Active     jsontext.Value `json:"active"`
	Schemas    jsontext.Value `json:"schemas"`
	Status     jsontext.Value `json:"status"`
	SCIMType   jsontext.Value `json:"scimType"`
	Detail     jsontext.Value `json:"detail"`

	problem problem.Details // if it is no SCIM error (RFC 9457)
}

// lenient ignores the letter case of names (RFC 7643 2.1).
var lenient = json.JoinOptions(resource.Lax, json.MatchCaseInsensitiveNames(true))

func (s *reply) read(text []byte) error {
	if jsontext.Value(text).Kind() != '{' {
		return target.ErrStructure
	}
	err := json.Unmarshal(text, &s.body, lenient)
	if err == nil && number(s.Status) >= 400 && s.SCIMType.Kind() != '"' {
		s.problem, _ = problem.Read("", text)
	}
	return err
}

const errorURN = "urn:ietf:params:scim:api:messages:2.0:Error"

// isError reports whether the body is an error (RFC 7644 3.12), whatever the status of
// the call.
func (b *body) isError() bool {
	return strings.Contains(string(b.Schemas), errorURN) || b.SCIMType.Kind() == '"' || number(b.Status) >= 400
}

// codeNoKey: the answer says that a user was created and gives no key.
const codeNoKey = "no_key"

// codeOtherUser: the answer shows a different user than was sent.
const codeOtherUser = "other_id"

// outcome returns r's outcome.
func (d *decoder) outcome(op user.Op, r *user.Record, s reply) user.Outcome {
	o := user.Outcome{Record: r, HTTP: s.status, RequestID: s.request}
	switch {
	case s.status/100 == 2 && s.isError():
		o.Status, o.Code = user.InDoubt, user.CodeContradiction
		o.Detail = s.detail(d.config.REST.Words, r)
	case s.status == 202:
		o.Status = user.Accepted
	case s.status/100 == 2:
		d.succeeded(op, r, s, &o)
	default:
		o.Status, o.Code = statusOf(op, s.status, resource.Scalar(s.SCIMType)), s.code(d.config.REST.Words, r)
		o.Detail = s.detail(d.config.REST.Words, r)
		if op == user.Create && s.mayExist(o.Status) && destination.SaysExists(s.errorText()) {
			o.Status = user.Conflict
		}
	}
	return o
}

// mayExist reports whether the words of an error decide whether the user exists, where the
// status says is.
func (s *reply) mayExist(is user.Status) bool {
	return s.status >= 500 && is == user.InDoubt || is == user.Refused && rest.MayConflict(s.status)
}

// succeeded sets the outcome of a success, which must not show another user than r.
func (d *decoder) succeeded(op user.Op, r *user.Record, s reply, o *user.Outcome) {
	o.Remote = resource.Scalar(s.ID)
	switch {
	case op == user.Create && s.ExternalID.Kind() == '"' && resource.Scalar(s.ExternalID) != externalID(r),
		op != user.Create && o.Remote != "" && o.Remote != r.Remote:
		o.Status, o.Code, o.Remote = user.InDoubt, codeOtherUser, ""
	case op == user.Create:
		if o.Status = user.Created; o.Remote == "" {
			o.Remote = key(s.location)
		}
		if o.Remote == "" { // a created user must be found again
			o.Status, o.Code = user.InDoubt, codeNoKey
		}
	case op == user.Update && s.alone && s.status != 204 && o.Remote == "":
		o.Status, o.Code = user.InDoubt, user.CodeNoAnswer // RFC 7644 3.5.1 and 3.5.2: the answer must show the user
	case op == user.Update:
		o.Status = user.Updated
	case d.config.Deactivate && strings.EqualFold(resource.Scalar(s.Active), "true"):
		o.Status, o.Code = user.InDoubt, user.CodeContradiction
	case d.config.Deactivate:
		o.Status, o.Code = user.Deleted, codeDeactivated
	default:
		o.Status = user.Deleted
	}
}

// codeDeactivated goes with Deleted if the user was only deactivated.
const codeDeactivated = "deactivated"

// statusOf returns what an error status means for one user. Servers that have no scimType
// for it say with 400 that a user exists: it is looked up.
func statusOf(op user.Op, status int, scimType string) user.Status {
	unique := strings.EqualFold(scimType, "uniqueness")
	switch {
	case op == user.Create && (status == 409 && (unique || scimType == "") || status == 400 && unique):
		return user.Exists
	case op == user.Create && scimType == "" && status != http.StatusForbidden && rest.MayConflict(status):
		return user.Conflict
	case (status == 404 || status == 410) && op != user.Create:
		return user.Missing
	case status == 425 || status == 429 || status == 503:
		return user.Busy
	case status == 408 || status/100 != 4:
		return user.InDoubt
	}
	return user.Refused
}

// code is the scimType, if it is a word that may be shown, otherwise the status.
func (s *reply) code(w *vocabulary.Vocabulary, r ...*user.Record) string {
	if word := resource.Scalar(s.SCIMType); isWord(word) && w.Code(word, r...) != "" {
		return word
	}
	if code := cmp.Or(w.Code(s.problem.Code, r...), w.Phrase(s.problem.Kind, r...)); code != "" {
		return code
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

// detail is what may be shown of the body's text about the records.
func (b *body) detail(w *vocabulary.Vocabulary, r ...*user.Record) string {
	return w.Clean(b.errorText(), w.Code(resource.Scalar(b.SCIMType), r...), r...)
}

// errorText is the body's text for people.
func (b *body) errorText() string {
	if b.problem.Text != "" {
		return b.problem.Text
	}
	return strings.TrimSpace(strings.Join(slices.DeleteFunc([]string{resource.Scalar(b.SCIMType), resource.Scalar(b.Detail)}, func(s string) bool { return s == "" }), ": "))
}

// errorTextOf returns the text of an answer that is an error.
func errorTextOf(answer []byte) string {
	var s reply
	if s.read(answer) == nil {
		return s.errorText()
	}
	return rest.PlainText(answer)
}

// number reads a status: a string, a number, or an object with a code (as in drafts of
// RFC 7644). It returns 0 if v is none of these.
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
	return rest.StatusIn(resource.Scalar(v))
}

// key is the last segment of a user's address; "" if there is none.
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
