package sandbox

import (
	"fmt"
	"net/http"
	"slices"
)

// API turns the server into a mock of one user API. It reads calls and answers them; the server handles faults, quota, tokens, counts and
// users. Its methods are called concurrently and must not keep a Call. Options.API takes it; nil there is Kard.
//
// For each call the server reads the body, calls Read, injects the faults before the commit, checks the quota and the credentials, calls
// Apply, injects the faults after the commit, and sends what is left of the answer.
type API interface {
	Traits() Traits
	// Read determines what a call is for, from its method, path and body: it sets Op, and Key, Bulk and Items if they apply. It changes
	// nothing. A refusal without an Op (no such path or method) is answered at once; one with an Op (an invalid body) after the faults, the
	// quota and the credentials.
	Read(*Call) *Refusal
	// Apply does what the call asks for and answers. In a bulk call it leaves out each item whose Refused is set, and answers with that status.
	Apply(*Call) Answer
	// Error is the body of an error: about one user if Refusal.ID is set, otherwise about the call. Apply's refusals use it too.
	Error(*Call, Refusal) []byte
}

// Authorizer is an API with its own authentication. Without it Options.RequireAuth asks for a bearer token.
type Authorizer interface {
	// Authorize returns nil if the call may continue. It is called only under Options.RequireAuth.
	Authorize(*Call) *Refusal
}

// Traits are the facts about an API that the server needs.
type Traits struct {
	Name    string        // as in --api and in the settings
	Title   string        // as in "mock server for TITLE"
	Vendor  string        // as in "nothing sent here reaches VENDOR"
	Type    string        // the media type of answers; "" is application/json
	Shapes  []Kind        // the faults in answers about several users (Short to Conflict) that Apply carries out; see Call.Shape
	Headers []HeaderStyle // how callers learn about a quota unless Options say otherwise; empty means no headers
	Expired int           // the status for expired credentials; 0 is 401
}

// Refusal is one error, about a call or about one of its users. It must not quote the request, except for what Call.ErrorText adds.
type Refusal struct {
	Status int
	ID     string // the user, by the caller's key; "" if it is about the whole call
	Detail string
	Field  string // the attribute, if one caused it
	Code   string // the API's own name for it, if it has one
}

// Answer is an API's answer. A Status that allows no body (204) must come without one.
type Answer struct {
	Status int
	Body   []byte
	Header http.Header // besides the content type; may be nil
}

// JSON is an answer with a body.
func JSON(status int, body []byte) Answer { return Answer{Status: status, Body: body} }

// kardTraits are for messages; the server itself writes Kard's answers.
var kardTraits = Traits{
	Name: "kard", Title: "Kard's users API", Vendor: "Kard", Headers: []HeaderStyle{KardHeaders},
	Shapes: []Kind{Short, Shuffle, Foreign, NoData, NoID, Double, Number, Both, Conflict},
}

func (o Options) traits() Traits {
	if o.API == nil {
		return kardTraits
	}
	return o.API.Traits()
}

// checkFaults refuses faults that this API can never show.
func (o Options) checkFaults() error {
	t := o.traits()
	for _, f := range o.Faults {
		if again, err := ParseFault(f.String()); err != nil || again != f {
			return fmt.Errorf("sandbox: fault %q is not one that ParseFault makes", f)
		}
		k, _ := f.Kind.info()
		switch {
		case k.scope == answers && !slices.Contains(t.Shapes, f.Kind):
			return fmt.Errorf("sandbox: fault %q changes an answer about several users in a way that %s does not support; it supports %v", f, t.Title, t.Shapes)
		case k.scope == answers && o.API == nil && f.Op != AnyOp && f.Op != Create:
			return fmt.Errorf("sandbox: fault %q has no effect: %s takes several users in a create only", f, t.Title)
		}
	}
	return nil
}
