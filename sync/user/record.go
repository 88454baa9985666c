package user

// Op is what is to be done with a user.
type Op string

// The operations. Upsert is an intent only; a call is one of the other three.
const (
	Upsert Op = "upsert"
	Create Op = "create"
	Update Op = "update"
	Delete Op = "delete"
)

// SameAsPlanned stands in the place of a planned call where the plan itself has
// read that the user is there already, field by field.
const SameAsPlanned Op = "same"

// Origin tells where a record came from.
type Origin struct {
	// Record is the ordinal over the whole input of a run, from 1. It is the
	// key of the record everywhere; File and Line are for people.
	Record int
	File   string
	// Line is the line of the file on which the record begins, from 1.
	Line int
	// Raw is the record as it was read, decoded to UTF-8, without its line
	// ending. Who rejects the record writes it back; it holds personal data.
	Raw []byte
	// Unparsed says that the row could not be taken apart into cells, so that
	// Raw is all there is.
	Unparsed bool
	// Absent says that the record stands in no file: it is the deletion of a user
	// whom the input lacks.
	Absent bool
	// Before is where the record was rejected, if it is fed again; else nil.
	Before *Rejected
}

// Rejected is a record of an earlier run that was rejected there.
type Rejected struct {
	Run    string
	Record int
	Code   string // why
}

// Record is one user on its way. One goroutine holds it at a time.
type Record struct {
	Origin Origin
	// Op is the intent: Upsert, Create, Update or Delete.
	Op   Op
	User User
	// Planned is the call that a plan holds for the record, where a plan is
	// applied; empty where it holds none.
	Planned Op
	// Remote is the key that the API made, where it makes its own.
	Remote string
	// Maybe says that the record was perhaps sent before, and perhaps taken.
	Maybe bool
	// Pended says that the ledger was told, before the call, that the user is
	// about to be created, and waits to be told what became of it.
	Pended bool
	// Attempts counts the calls that carried the record so far.
	Attempts int
	// Spent counts those of the Attempts that count against the retries.
	Spent int
	// Err says why the record cannot be sent. It is an *InvalidError.
	Err error
}

// At returns r, or a copy that knows the key that the API made, if that is news.
func (r *Record) At(remote string) *Record {
	if remote == "" || remote == r.Remote {
		return r
	}
	known := *r
	known.Remote = remote
	return &known
}

// Size estimates the memory that the record holds, in bytes.
func (r *Record) Size() int {
	const fixed, perAttribute = 256, 48
	return fixed + 2*len(r.Origin.Raw) + perAttribute*len(r.User.Attributes)
}

// Batch is what one call carries. Op is Create, Update or Delete; the records
// keep their own intents. No id stands in a batch twice.
type Batch struct {
	Number  int
	Op      Op
	Records []*Record
	// Apart asks to take the batch apart if the API fails on it as a whole.
	Apart bool
}

// Of returns b with other records.
func (b Batch) Of(records []*Record) Batch {
	b.Records = records
	return b
}
