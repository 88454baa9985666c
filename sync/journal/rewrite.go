package journal

import (
	"encoding/json"
	"fmt"
	"io"

	"usersync/sync/user"
)

// Edit says what Rewrite changes. A nil function changes nothing.
type Edit struct {
	Sent       func(*Sent)
	Settled    func(*user.Settled)
	Checkpoint func(*Checkpoint)
}

// Rewrite copies the journal of the given size in from to another file, changed by
// edit: the same frames in the same order, each with the same records. It is for
// runs that are over. It leaves out the remains of a crash at the end; damage is a
// *DamagedError. Sync the file before anyone reads it: its frames say that what
// precedes them is synced.
func Rewrite(to io.Writer, from io.ReaderAt, size int64, edit Edit) error {
	j := &Journal{file: plainFile{to}}
	for f, err := range Frames(from, size) {
		if err == nil {
			err = j.rewriteFrame(f, edit)
		}
		if err != nil {
			return fmt.Errorf("rewrite the journal: %w", err)
		}
	}
	return nil
}

func (j *Journal) rewriteFrame(f Frame, edit Edit) error {
	body, err := f.edited(edit)
	j.mu.Lock()
	j.safe = j.at // the caller syncs the file before anyone reads it
	return j.commit(append(j.begin(f.kind, f.last), body...), err, false)
}

// edited returns the body after edit.
func (f Frame) edited(edit Edit) ([]byte, error) {
	switch {
	case (f.kind == kindSent || f.kind == kindSentHashed) && edit.Sent != nil:
		return f.editedSent(edit.Sent)
	case f.kind == kindSettled && edit.Settled != nil:
		return f.editedSettled(edit.Settled)
	case f.kind == kindCheckpoint && edit.Checkpoint != nil:
		m, _, err := f.Checkpoint()
		if err != nil {
			return nil, err
		}
		edit.Checkpoint(&m)
		return json.Marshal(m)
	}
	return f.body, nil
}

func (f Frame) editedSent(edit func(*Sent)) ([]byte, error) {
	all, err := f.Sent()
	if err != nil || len(all) == 0 {
		return f.body, err
	}
	b := user.Batch{Op: all[0].Op, Number: all[0].Batch}
	for i := range all {
		edit(&all[i])
		b.Records = append(b.Records, recordFor(all[i].Record, all[i].ID))
		if all[i].ID != user.Erased { // the hash covers what the person held
			b.Records[i].Hash = all[i].Hash
		}
	}
	return appendSent(nil, b, f.kind == kindSentHashed)
}

func (f Frame) editedSettled(edit func(*user.Settled)) ([]byte, error) {
	all, err := f.Settled()
	if err != nil {
		return nil, err
	}
	outcomes := make([]user.Outcome, len(all))
	for i := range all {
		edit(&all[i])
		outcomes[i], _ = all[i].For(recordFor(all[i].Record, all[i].ID))
	}
	return appendSettled(nil, outcomes)
}

func recordFor(record int, id string) *user.Record {
	return &user.Record{Origin: user.Origin{Record: record}, User: user.User{ID: id}}
}

// plainFile is a File that is never truncated or synced.
type plainFile struct{ io.Writer }

func (plainFile) Sync() error          { return nil }
func (plainFile) Truncate(int64) error { return nil }
