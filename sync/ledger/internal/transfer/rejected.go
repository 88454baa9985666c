package transfer

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"usersync/sync/ledger/internal/entries"
	"usersync/sync/ledger/internal/recurring"
	"usersync/sync/user"
)

// rejected is a recurring reject of an export; its id and feed are those of the line.
type rejected struct {
	Hash   string      `json:"hash"` // 16 hex digits
	Status user.Status `json:"status"`
	Code   string      `json:"code"`
	Runs   int         `json:"runs"`
	Run    string      `json:"run,omitempty"` // that met it last
	First  time.Time   `json:"first"`
	Last   time.Time   `json:"last"`
	Sent   time.Time   `json:"sent,omitzero"`
}

// rejectedLine is a line about a recurring reject, which has nothing of an entry.
type rejectedLine struct {
	ID       string   `json:"id"`
	Feed     string   `json:"feed"`
	Rejected rejected `json:"rejected"`
}

func exportRejected(ctx context.Context, lines *json.Encoder, from *entries.Reader) error {
	rows, err := recurring.All(ctx, from.Scope)
	if err != nil {
		return err
	}
	for i := range rows {
		r := &rows[i]
		line := rejectedLine{r.ID, r.Feed, rejected{fmt.Sprintf("%016x", uint64(r.Hash)), r.Status, r.Code, r.Runs, r.Run, r.First.UTC(), r.Last.UTC(), r.Sent}}
		if !r.Sent.IsZero() {
			line.Rejected.Sent = r.Sent.UTC()
		}
		if err := lines.Encode(line); err != nil {
			return err
		}
	}
	return nil
}

// reject keeps a recurring reject until the entries are applied. The number of its line is
// for an error.
func (in *Import) reject(e *line, number int) error {
	r := e.Rejected
	hash, err := strconv.ParseUint(r.Hash, 16, 64)
	if err != nil || len(r.Hash) != 16 || r.Status != user.Refused && r.Status != user.Invalid || e.ID != "" && entries.CheckID(e.ID) != nil {
		return &ImportError{fmt.Sprintf("line %d is not a recurring reject of an export", number)}
	}
	in.rejected = append(in.rejected, recurring.Row{ID: e.ID, Feed: e.Feed, Hash: int64(hash), Status: r.Status, Code: r.Code, Runs: r.Runs, Run: r.Run,
		First: r.First, Last: r.Last, Sent: r.Sent})
	return nil
}
