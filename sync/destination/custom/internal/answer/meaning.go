package answer

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"usersync/sync/destination"
	"usersync/sync/destination/custom/internal/jsontree"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

// meaningOf returns what a status or a code of one user means. What the config says
// about the code takes precedence over what it says about the status, and both over
// HTTP's own meaning. If there is no status, it returns other.
func (w *Layout) meaningOf(code, status string, other meaning) meaning {
	for _, text := range []string{code, status} {
		if m, ok := w.meanings[text]; ok && text != "" {
			return m
		}
	}
	n := rest.StatusIn(status)
	switch {
	case status == "":
		return other
	case n == 0:
		return map[string]meaning{"true": meansDone, "false": meansRefused}[strings.ToLower(status)] // other words: unknown
	case n == http.StatusAccepted:
		return meansAccepted
	case n == 200 || n == 201 || n == 204 || n == 207:
		return meansDone
	case n == 404:
		return meansMissing
	case n == 409:
		return meansExists
	case n == 425 || n == 429 || n == 503:
		return meansBusy
	case n == 408 || n >= 500 || n < 400:
		return meansInDoubt
	}
	return meansRefused
}

// statusFor returns the status for a meaning in this call. Exists is an answer to a
// create, and Missing to the others; a call that creates or updates has neither.
func (r *reading) statusFor(m meaning) user.Status {
	if r.Op == user.Delete && (m == meansCreated || m == meansUpdated || m == meansUnchanged) {
		return user.InDoubt // no answer to a delete can mean this
	}
	switch m {
	case meansDone:
		if r.layout.accepts {
			return user.Accepted
		}
		return map[user.Op]user.Status{user.Create: user.Created, user.Update: user.Updated, user.Delete: user.Deleted}[r.Op]
	case meansCreated:
		return user.Created
	case meansUpdated:
		return user.Updated
	case meansUnchanged:
		return user.Unchanged
	case meansAccepted:
		return user.Accepted
	case meansBusy:
		return user.Busy
	case meansExists:
		if r.Op == user.Create && !r.Upsert {
			return user.Exists
		}
		return user.Refused
	case meansMissing:
		if r.Op != user.Create && !r.Upsert {
			return user.Missing
		}
		return user.Refused
	case meansRefused:
		return user.Refused
	}
	return user.InDoubt
}

func success(s user.Status) bool { return destination.Severity(s) < 0 }

// Fault changes the fault of a call to what the config says about its status, except 401,
// which is about the credentials.
func (w *Layout) Fault(err error) error {
	var ce *destination.CallError
	if !errors.As(err, &ce) || ce.Status == 0 || ce.Status == http.StatusUnauthorized {
		return err
	}
	fault, ok := map[meaning]destination.Fault{
		meansBusy: destination.NotTaken, meansRefused: destination.RefusedWhole, meansInDoubt: destination.PerhapsTaken,
	}[w.meanings[strconv.Itoa(ce.Status)]]
	if !ok {
		return err
	}
	read := *ce
	read.Fault = fault
	return &read
}

// errorText returns a code and a detail from what the API says. The code is the
// API's own, or its short title in snake case, if it may be shown; otherwise the
// status.
func (api *API) errorText(notes []note, status int, records ...*user.Record) (code, detail string) {
	v, own := api.Vocabulary, ""
	if len(notes) > 0 {
		own = v.Code(notes[0].code, records...)
		code = cmp.Or(own, v.Phrase(notes[0].code, records...))
	}
	var said []string
	for _, n := range notes {
		if n.detail != "" && !slices.Contains(said, n.detail) {
			said = append(said, n.detail)
		}
	}
	return cmp.Or(code, destination.StatusCode(status)), v.Clean(strings.Join(said, "; "), own, records...)
}

// ErrorText returns what the answer says, wherever its messages are.
func (w *Layout) ErrorText(v *jsontree.Value) string {
	r := reading{layout: w}
	var said []string
	if text := r.note(v, &w.top, "").detail; text != "" {
		said = append(said, text)
	}
	for _, l := range []*entries{w.errors, w.results} {
		if l == nil {
			continue
		}
		at, ok := l.at.In(v)
		if !ok {
			continue
		}
		elements, _ := at.List()
		for i := range elements {
			if text := r.note(&elements[i], &l.locations, "").detail; text != "" {
				said = append(said, text)
			}
		}
	}
	return strings.Join(said, "; ")
}
