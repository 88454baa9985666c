package user

// Op is what to do with a user.
type Op string

// The operations. Upsert is an intent only; a call is one of the other three.
const (
	Upsert Op = "upsert"
	Create Op = "create"
	Update Op = "update"
	Delete Op = "delete"
)

// SameAsPlanned replaces the planned call if the plan's own read showed that the
// user is already there, with the same value in every field.
const SameAsPlanned Op = "same"

// Origin is where a record came from.
type Origin struct {
	// Record counts the records of the run's whole input, from 1. It identifies
	// the record everywhere; File and Line are for people.
	Record int
	File   string
	// Line is the line of the file on which the record begins, from 1.
	Line int
	// Raw is the record as it was read, decoded to UTF-8, without its line
	// ending, to be written to rejects. It holds personal data.
	Raw string
	// Unparsed says that the row could not be split into cells, so Raw is all
	// there is.
	Unparsed bool
	// OpUnread says that the row names an operation that cannot be read. It may be a delete.
	OpUnread bool
	// Absent says that the record is in no file: it is the deletion of a user
	// missing from the input.
	Absent bool
	// Elsewhere says that another shard of the run settles the record: here
	// it is only read.
	Elsewhere bool
	// Before is where the record was rejected, if it is a reject sent again;
	// otherwise nil.
	Before *Rejected
}

// Rejected is a record of an earlier run that was rejected there.
type Rejected struct {
	Run    string
	Record int
	Code   string // the reason
}

// Record is one user to be synced. It is not safe for concurrent use: one
// goroutine holds it at a time.
type Record struct {
	Origin Origin
	// Op is the intent: Upsert, Create, Update or Delete.
	Op   Op
	User User
	// Planned is the call that the applied plan holds for the record; empty if it
	// holds none, or no plan is applied.
	Planned Op
	// Remote is the key that the API assigned, where it assigns keys.
	Remote string
	// Hash is a keyed hash over all that the row says: id, operation and every mapped
	// field. It is made when the record is first sent; 0 before.
	Hash uint64
	// NotHeld says that the ledger does not hold the record's user, or knows nothing certain of
	// it: if the API does, the user may have been deactivated.
	NotHeld bool
	// EarlierID says that the API may know the user under an earlier id.
	EarlierID bool
	// Renamed says that the ledger had the record's user under another id until now.
	Renamed bool
	// OwnRemote says that Remote is a field of the row, and not what the ledger knows.
	OwnRemote bool
	// Notes are what the summary counts about the record.
	Notes Notes
	Sending
	Tries
	// Err says why the record must not be sent. It is an *InvalidError or a *RefusedError.
	Err error
	// Doubts are values of the record that the summary counts; nil for most records.
	Doubts []Doubt
	// Recurring is what earlier runs have met with the id; nil for most records.
	Recurring *Recurring
	// Suspect is not nil if the id is one only if the ledger holds exactly it. It is
	// Err then, unless the record has another fault too.
	Suspect *InvalidError
}

// Sending is what is known of earlier and of coming calls with the record.
type Sending struct {
	// MaybeSent says that the record may have been sent, and taken, before.
	MaybeSent bool
	// PerhapsTaken says that some call, of this run or one before, may have delivered
	// the record, or a part of it. Unlike MaybeSent, neither a read-back nor a refusal of
	// another call clears it.
	PerhapsTaken bool
	// PerhapsCreated says that a create by another record or another run, perhaps with other
	// values, may have made the user.
	PerhapsCreated bool
	// Unanswered says that an attempt of the current call got no answer from the API itself: it
	// may still take effect, whatever a read-back shows until then.
	Unanswered bool
	// DeletedBefore says that an earlier record of this run has deleted the user, or
	// deactivated it. The ledger may not show that yet.
	DeletedBefore bool
	// IntentRecorded says that the ledger holds the intent to create the user,
	// written before the call, and still needs the outcome.
	IntentRecorded bool
	// SentRecorded says that the journal holds the record as one that is about to be
	// sent.
	SentRecorded bool
	// NoEntry says that the ledger knew nothing of the user before the record was sent.
	NoEntry bool
}

// Tries are the calls that carried a record so far.
type Tries struct {
	Attempts    int // all of them
	RetriesUsed int // those that count against the retries
}

// Accept takes the id of a suspect record for one: the ledger holds it.
func (r *Record) Accept() {
	if r.OnlySuspect() {
		r.Err = nil
	}
	r.Suspect = nil
}

// OnlySuspect reports whether nothing is wrong with the record but that its id is one
// only if the ledger holds it.
func (r *Record) OnlySuspect() bool { return r.Suspect != nil && r.Err == error(r.Suspect) }

// WithRemote returns r, or a copy with the key that the API assigned, if that is
// new.
func (r *Record) WithRemote(remote string) *Record {
	if remote == "" || remote == r.Remote {
		return r
	}
	known := *r
	known.Remote = remote
	return &known
}

// WithoutRemote returns a copy whose user has no known key of the API.
func (r *Record) WithoutRemote() *Record {
	unknown := *r
	unknown.Remote, unknown.OwnRemote = "", false
	return &unknown
}

// Size estimates how many bytes of memory the record takes.
func (r *Record) Size() int {
	const fixed, perAttribute = 256, 48
	return fixed + 2*len(r.Origin.Raw) + perAttribute*len(r.User.Attributes)
}

// Batch is what one call carries. Op is Create, Update or Delete; the records
// keep their own intents. No id is in a batch twice.
type Batch struct {
	Number  int
	Op      Op
	Records []*Record
	// Apart asks to split the batch if the API fails on it as a whole.
	Apart bool
}

// Of returns b with these records in place of its own.
func (b Batch) Of(records []*Record) Batch {
	b.Records = records
	return b
}

// At returns b with only the records at the given indexes, in ascending order. That of all
// records is b itself.
func (b Batch) At(places []int) Batch {
	if len(places) == len(b.Records) {
		return b
	}
	records := make([]*Record, len(places))
	for i, at := range places {
		records[i] = b.Records[at]
	}
	return b.Of(records)
}
