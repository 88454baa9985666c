package rest

import (
	"cmp"
	"net/http"

	"usersync/sync/destination"
	"usersync/sync/destination/problem"
	"usersync/sync/user"
)

// Explain adds to the outcome of the only user of a call what the answer says in problem
// details (RFC 9457), which a client need not know of. It changes no status.
func (a *Answer) Explain(o *user.Outcome) {
	if a.Status/100 != 2 {
		o.Code, o.Detail = a.explained(o.Code, o.Detail, a.records)
	}
}

// Doubt turns the refusal of a create into a Conflict if the answer reads as if the user
// existed.
func (a *Answer) Doubt(o *user.Outcome) {
	if o.Status == user.Refused && MayConflict(o.HTTP) && a.saysExists() {
		o.Status = user.Conflict
	}
}

// MayConflict reports whether APIs answer with this status that a user exists, besides
// 409, which says so.
func MayConflict(status int) bool {
	return status == 400 || status == 403 || status == 412 || status == 422
}

// forbidsDuplicate reports whether a 403 is about the user and not about the credentials: it
// answers a POST, and reads as if the user existed. To other calls such words are more likely
// about a token that was used before.
func (a *Answer) forbidsDuplicate(method string) bool {
	return a.Status == http.StatusForbidden && method == http.MethodPost && a.err == nil && len(a.records) > 0 && a.saysExists()
}

// explained returns the code and the detail of problem details, where the client found no
// own ones.
func (a *Answer) explained(code, detail string, records []*user.Record) (string, string) {
	d, ok := problem.Read(a.Header.Get("Content-Type"), a.Body)
	if !ok {
		return code, detail
	}
	words := a.client.words
	own := words.Code(d.Code, records...)
	if code == "" || code == destination.StatusCode(a.Status) {
		code = cmp.Or(own, words.Phrase(d.Code, records...), words.Phrase(d.Kind, records...), code)
	}
	if said := words.Clean(d.Text, own, records...); said != "" {
		detail = said
	}
	return code, detail
}

// text is what the answer says about its failure: problem details, or what the client
// reads in it. It holds whatever the API sent.
func (a *Answer) text() string {
	if d, ok := problem.Read(a.Header.Get("Content-Type"), a.Body); ok && d.Text != "" {
		return d.Text
	}
	if a.client == nil || a.client.errorText == nil {
		return ""
	}
	return a.client.errorText(a.Body)
}

// saysExists reports whether the answer to a call that failed reads as if the user
// existed.
func (a *Answer) saysExists() bool { return a.Status/100 != 2 && destination.SaysExists(a.text()) }
