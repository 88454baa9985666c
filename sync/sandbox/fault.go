package sandbox

import "time"

// Fault is one thing that goes wrong, for some calls or some users. It prints itself, and ParseFault reads that back:
//
//	KIND[=ARGUMENT][:WHERE]...[@before|@after][/OPERATION]
//
//	500:2.5%@after          2.5% of calls are done, then answered 500
//	503=30s:#100-500        calls 100 to 500 are answered 503 with Retry-After: 30
//	lost:2%/create          2% of creates are done, then the connection is closed without an answer
//	refuse=422:1%           1% of users are refused with 422, always the same ones
//	poison:id=u-4711        every batch with this user is refused as a whole
//	down:10s-40s            nothing is answered from 10 to 40 seconds after the first call
//
// WHERE is a share (2.5%), call numbers (#7, #100-500, #100-), a time since the first call (10s-40s, 10s-), or a user (id=, percent-encoded).
// All of them must match; none matches everywhere. Calls are numbered as they arrive, including calls for tokens. A share is drawn from the
// seed and the call's number, or, for kinds about users, the user's id, so a run can be repeated. OPERATION is create, update, delete, read or
// token; without it a fault hits users calls, and only down hits calls for tokens too. Faults compose: changes to an answer add up, and of
// several that end a call the first one listed does. Describe lists the kinds.
type Fault struct {
	Kind   Kind
	Status int           // of Status; of Refuse, Poison and Down, where 0 is the kind's default
	Wait   time.Duration // how long Latency and Hang last, and what Status puts into Retry-After; 0 is none
	Blind  bool          // of NoID and Conflict: also leave out every other hint

	Percent  float64       // of calls or users; 0 is all
	FromCall uint64        // 0 is no bound
	ToCall   uint64        // inclusive; 0 is no bound
	Since    time.Duration // since the first call
	Until    time.Duration // exclusive; 0 is no bound
	User     string        // only this id; "" is any

	Moment Moment // only for kinds that can take effect at either
	Op     Op
}

// Moment is before or after the API has done what the call asks for.
type Moment uint8

// A fault takes effect before the commit unless it says otherwise.
const (
	Before Moment = iota
	After
)

// Kind is the name of what goes wrong.
type Kind string

// The kinds; Describe says what each does.
const (
	Status   Kind = "status" // written as the status itself, 400 to 599
	Reset    Kind = "reset"
	Close    Kind = "close"
	Lost     Kind = "lost"
	Hang     Kind = "hang"
	Latency  Kind = "latency"
	Down     Kind = "down"
	Expire   Kind = "expire"
	Redirect Kind = "redirect"
	HTML     Kind = "html"
	Empty    Kind = "empty"
	Cut      Kind = "cut"
	Short    Kind = "short"
	Shuffle  Kind = "shuffle"
	Foreign  Kind = "foreign"
	NoData   Kind = "nodata"
	NoID     Kind = "noid"
	Double   Kind = "double"
	Number   Kind = "number"
	Both     Kind = "both"
	Conflict Kind = "conflict"
	Refuse   Kind = "refuse"
	Poison   Kind = "poison"
	Echo     Kind = "echo"
)

// argument is what may follow a kind's equals sign.
type argument uint8

const (
	noArgument argument = iota
	waitArgument
	statusArgument
	blindArgument
)

// kind is what ParseFault and the server need to know of a Kind.
type kind struct {
	name        Kind
	takes       argument
	moments     moments
	scope       scope
	description string
}

type moments uint8

const (
	onlyBefore moments = iota
	onlyAfter
	either
)

// scope is what a fault is drawn for and which calls it can hit.
type scope uint8

const (
	calls      scope = iota // any call, token calls included
	usersCalls              // any call except for tokens
	answers                 // answers about several users: Kard's to creates, and to bulk calls
	users                   // single users of creates and updates
)

func kinds() []kind {
	return []kind{
		{Status, waitArgument, either, calls, "400 to 599: answer with this error; =30s adds Retry-After (503=30s)"},
		{Reset, noArgument, either, calls, "reset the connection (TCP RST) without an answer"},
		{Close, noArgument, onlyBefore, calls, "close the connection without an answer; nothing was done"},
		{Lost, noArgument, onlyAfter, calls, "do it, then close the connection without an answer"},
		{Hang, waitArgument, either, calls, "do not answer for =10m (the default), then close the connection"},
		{Latency, waitArgument, either, calls, "wait =200ms, then continue"},
		{Down, statusArgument, onlyBefore, calls, "reset every connection, including token calls; =503 answers 503 instead"},
		{Expire, noArgument, onlyBefore, usersCalls, "the token has expired early: 401, now and from now on"},
		{Redirect, noArgument, onlyBefore, calls, "answer 307, and count who follows it"},
		{HTML, noArgument, either, calls, "answer 200 with an HTML page"},
		{Empty, noArgument, either, calls, "answer with the status of a success and no body"},
		{Cut, noArgument, onlyAfter, calls, "send half of the answer, then close the connection"},
		{Short, noArgument, onlyAfter, answers, "leave about half of the users, at least one, out of the answer"},
		{Shuffle, noArgument, onlyAfter, answers, "answer in a different order"},
		{Foreign, noArgument, onlyAfter, answers, "add an id that was not sent, to data and to errors"},
		{NoData, noArgument, onlyAfter, answers, "207 without data, although users were created"},
		{NoID, blindArgument, onlyAfter, answers, "errors have a pointer instead of an id; =blind: neither"},
		{Double, noArgument, onlyAfter, answers, "a second error for a user that already has one"},
		{Number, noArgument, onlyAfter, answers, "status is a number, not a string"},
		{Both, noArgument, onlyAfter, answers, "the first created user is also listed under errors"},
		{Conflict, blindArgument, onlyBefore, answers, "one existing user makes the whole call a 409 that names such users; =blind: names none"},
		{Refuse, statusArgument, onlyBefore, users, "refuse this user with 400, or =422"},
		{Poison, statusArgument, onlyBefore, users, "refuse the whole call with this user with 400, or =413, without ids"},
		{Echo, noArgument, onlyAfter, users, "errors about this user repeat the e-mail and phone"},
	}
}

func (k Kind) info() (kind, bool) {
	for _, known := range kinds() {
		if known.name == k {
			return known, true
		}
	}
	return kind{}, false
}

// moment is when the fault takes effect, also for kinds without a choice.
func (f Fault) moment() Moment {
	if k, _ := f.Kind.info(); k.moments != either {
		return Moment(k.moments)
	}
	return f.Moment
}
