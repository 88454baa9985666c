package journal

import (
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"usersync/sync/user"
)

// The file holds indexes into ops and statuses: append to them, and never reorder.
var (
	ops      = [...]user.Op{"", user.Create, user.Update, user.Delete, user.Upsert}
	statuses = [...]user.Status{user.Created, user.Updated, user.Deleted, user.Unchanged, user.Accepted,
		user.Invalid, user.Refused, user.Failed, user.InDoubt}
)

// The bits say what differs from the previous outcome in the frame and is
// therefore written.
const (
	newStatus = 1 << iota // status, action, HTTP, attempts
	newTime               // at, took
	newRequestID
	newCode
	newDetail
	newRemote
	noTime     // the outcome has no time
	remembered // its Remembered is set
)

// appendSent appends the body of a sent frame: Op, batch, then each record, with the
// hash of its row if there is one.
func appendSent(b []byte, batch user.Batch, hashed bool) ([]byte, error) {
	op := slices.Index(ops[:], batch.Op)
	if op < 0 {
		return b, fmt.Errorf("batch %d: unknown op %q", batch.Number, batch.Op)
	}
	b = binary.AppendUvarint(append(b, byte(op)), uint64(batch.Number))
	last := 0
	for _, r := range batch.Records {
		b = binary.AppendVarint(b, int64(r.Origin.Record-last))
		b = appendString(b, r.User.ID)
		if hashed {
			b = binary.LittleEndian.AppendUint64(b, r.Hash)
		}
		last = r.Origin.Record
	}
	return b, nil
}

// sentKind is the kind of a sent frame of the batch.
func sentKind(batch user.Batch) kind {
	for _, r := range batch.Records {
		if r.Hash != 0 {
			return kindSentHashed
		}
	}
	return kindSent
}

// appendSettled appends the body of a settled frame: each final outcome.
func appendSettled(b []byte, outcomes []user.Outcome) ([]byte, error) {
	last := &user.Outcome{}
	for i := range outcomes {
		o := &outcomes[i]
		if !o.Status.Final() {
			continue
		}
		if !slices.Contains(statuses[:], o.Status) || !slices.Contains(ops[:], o.Action) {
			return b, fmt.Errorf("record %d: unknown status %q or action %q", recordOf(o), o.Status, o.Action)
		}
		b = appendOutcome(b, o, last)
		last = o
	}
	return b, nil
}

// appendOutcome appends what differs between o and the last one: in most batches
// only record and id.
func appendOutcome(b []byte, o, last *user.Outcome) []byte {
	differs := differences(o, last)
	b = append(b, differs)
	b = binary.AppendVarint(b, int64(o.Record.Origin.Record-recordOf(last)))
	b = appendString(b, o.Record.User.ID)
	if differs&newStatus != 0 {
		b = append(b, byte(slices.Index(statuses[:], o.Status)), byte(slices.Index(ops[:], o.Action)))
		b = binary.AppendUvarint(b, uint64(o.HTTP))
		b = binary.AppendUvarint(b, uint64(o.Attempts))
	}
	if differs&newTime != 0 {
		b = binary.AppendVarint(b, milli(o.At)-milli(last.At))
		b = binary.AppendVarint(b, o.Took.Milliseconds())
	}
	return appendTexts(b, o, differs)
}

func appendTexts(b []byte, o *user.Outcome, differs byte) []byte {
	if differs&newRequestID != 0 {
		b = appendString(b, o.RequestID)
	}
	if differs&newCode != 0 {
		b = appendString(b, o.Code)
	}
	if differs&newDetail != 0 {
		b = appendString(b, o.Detail)
	}
	if differs&newRemote != 0 {
		b = appendString(b, o.Remote)
	}
	return b
}

func differences(o, last *user.Outcome) (bits byte) {
	if o.Status != last.Status || o.Action != last.Action || o.HTTP != last.HTTP || o.Attempts != last.Attempts {
		bits |= newStatus
	}
	if milli(o.At) != milli(last.At) || o.Took.Milliseconds() != last.Took.Milliseconds() {
		bits |= newTime
	}
	if o.RequestID != last.RequestID {
		bits |= newRequestID
	}
	if o.Code != last.Code {
		bits |= newCode
	}
	if o.Detail != last.Detail {
		bits |= newDetail
	}
	if o.Remote != last.Remote {
		bits |= newRemote
	}
	if o.At.IsZero() {
		bits |= noTime
	}
	if o.Remembered {
		bits |= remembered
	}
	return bits
}

// milli returns t in milliseconds; 0 means an unknown time.
func milli(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func recordOf(o *user.Outcome) int {
	if o.Record == nil {
		return 0
	}
	return o.Record.Origin.Record
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}
