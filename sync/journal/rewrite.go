package journal

import (
	"encoding/json"
	"fmt"
	"io"

	"usersync/sync/user"
)

// Edit is what a Rewrite changes. A nil function changes nothing.
type Edit struct {
	Sent    func(*Sent)
	Settled func(*user.Settled)
	Mark    func(*Mark)
}

// Rewrite writes the journal of the given size in from to another file, changed
// by edit: its frames in the same order, each with the records that it had. It
// is for runs that are over. What a crash has cut off at the end is left out, and
// damage is a *DamagedError. Bring the file to the disk before anybody reads it:
// what it says of its predecessor's way there holds no longer.
func Rewrite(to io.Writer, from io.ReaderAt, size int64, edit Edit) error {
	j := &Journal{file: plainFile{to}}
	for f, err := range Frames(from, size) {
		if err == nil {
			err = j.rewriteFrame(f, edit)
		}
		if err != nil {
			return fmt.Errorf("write the journal anew: %w", err)
		}
	}
	return nil
}

func (j *Journal) rewriteFrame(f Frame, edit Edit) error {
	body, err := f.edited(edit)
	j.mu.Lock()
	j.safe = j.at // all of it is on the disk before it is a journal
	return j.commit(append(j.begin(f.kind, f.last), body...), err, false)
}

// edited returns the body as it is to be.
func (f Frame) edited(edit Edit) ([]byte, error) {
	switch {
	case f.kind == kindSent && edit.Sent != nil:
		return f.editedSent(edit.Sent)
	case f.kind == kindSettled && edit.Settled != nil:
		return f.editedSettled(edit.Settled)
	case f.kind == kindCheckpoint && edit.Mark != nil:
		m, _, err := f.Mark()
		if err != nil {
			return nil, err
		}
		edit.Mark(&m)
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
	}
	return appendSent(nil, b)
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

// plainFile is a File that nobody cuts or syncs.
type plainFile struct{ io.Writer }

func (plainFile) Sync() error          { return nil }
func (plainFile) Truncate(int64) error { return nil }
