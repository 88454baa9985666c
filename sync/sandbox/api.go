package sandbox

import (
	"fmt"
	"net/http"
	"slices"
)

// API is what makes a rehearsal of one user API out of the server. It reads calls and answers them; faults, quota, tokens, counts and the users
// are the server's. Its methods are called for many calls at once and must not keep a Call. Options.API takes it; nil there is Kard.
//
// For each call the server reads the body, calls Read, lets the faults before the commit strike, looks at the quota and the credentials,
// calls Apply, lets the faults after the commit strike, and sends what is left of the answer.
type API interface {
	Traits() Traits
	// Read finds out what a call is for, from its method, path and body: it sets Op, and Key, Bulk and Items where they apply. It changes
	// nothing. A refusal with Op left alone (no such path or method) is answered at once; one with Op set (a body that is no good) after the
	// faults, the quota and the credentials.
	Read(*Call) *Refusal
	// Apply does what the call asks for and answers. In a bulk call it leaves out each item whose Refused is set, and answers with that.
	Apply(*Call) Answer
	// Error is the body of an error: about one user where Refusal.ID is set, else about the call. It is asked for Apply's refusals too.
	Error(*Call, Refusal) []byte
}

// Authorizer is an API that has its own way of telling who calls. Without it Options.RequireAuth asks for a bearer token.
type Authorizer interface {
	// Authorize returns nil for a call that may go on. It is called only under Options.RequireAuth.
	Authorize(*Call) *Refusal
}

// Traits are the facts about an API that the server needs.
type Traits struct {
	Name    string        // as in --api and in the settings
	Title   string        // as in "a rehearsal of TITLE"
	Vendor  string        // as in "nothing sent here reaches VENDOR"
	Type    string        // the media type of answers; "" is application/json
	Shapes  []Kind        // the faults about answers to several users (Short to Conflict) that Apply carries out; see Call.Shape
	Headers []HeaderStyle // how callers are told of a quota unless Options say otherwise; none is no header at all
	Expired int           // the status for credentials that have expired; 0 is 401
}

// Refusal is one thing said against a call or against one user of it. It must not quote the request, but for what Call.Said adds.
type Refusal struct {
	Status int
	ID     string // the user, by the key that the caller knows; "" if it is about the whole call
	Detail string
	Field  string // the attribute, where one is to blame
	Code   string // the API's own name for it, where it has one
}

// Answer is what an API says. A Status that allows no body (204) must come without one.
type Answer struct {
	Status int
	Body   []byte
	Header http.Header // beside the content type; may be nil
}

// JSON is an answer with a body.
func JSON(status int, body []byte) Answer { return Answer{Status: status, Body: body} }

// kardTraits are for the messages; Kard's answers are written by the server itself.
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
		case k.about == answers && !slices.Contains(t.Shapes, f.Kind):
			return fmt.Errorf("sandbox: fault %q shapes an answer about several users, in a way that %s does not have; it takes %v", f, t.Title, t.Shapes)
		case k.about == answers && o.API == nil && f.Op != AnyOp && f.Op != Create:
			return fmt.Errorf("sandbox: fault %q never strikes: %s takes several users in a create only", f, t.Title)
		}
	}
	return nil
}
