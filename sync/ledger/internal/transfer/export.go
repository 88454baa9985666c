// Package transfer writes the entries of a ledger as text, and reads them into another
// ledger. Start at Export and at Read.
package transfer

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"

	"usersync/sync/fingerprint"
	"usersync/sync/ledger/internal/change"
	"usersync/sync/ledger/internal/entries"
	"usersync/sync/user"
)

// version is raised when the meaning of the lines changes. Version 1 had no recurring
// rejects, and version 2 did not name their runs.
const version = 3

// header is the first line of an export.
type header struct {
	Version      int    `json:"usersync_ledger"`
	Fingerprints int    `json:"prints"` // their version
	Key          string `json:"key"`    // the check value of their key
	Scope        string `json:"scope"`
	// Runs are the runs of the entries, in the ledger's order.
	Runs []string `json:"runs,omitempty"`
}

// line is one entry of an export.
type line struct {
	ID           string                `json:"id"`
	Feed         string                `json:"feed"`
	State        string                `json:"standing"`
	Remote       string                `json:"remote,omitempty"`
	Run          string                `json:"run"`
	Record       int                   `json:"record"`
	Fingerprints map[user.Field]string `json:"prints"`
	Secrets      string                `json:"secrets,omitempty"`
	// Rejected is set in lines that are about a recurring reject, and not about an entry.
	Rejected *rejected `json:"rejected,omitempty"`
}

// Export writes a scope as JSON Lines: a header, then one entry per line, with fingerprints
// in hex, then one recurring reject per line. What is saved in the meantime may be included or not.
func Export(ctx context.Context, w io.Writer, from *entries.Reader, key fingerprint.Key) error {
	out := bufio.NewWriter(w)
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	runs, err := runsOf(ctx, from)
	if err == nil {
		err = lines.Encode(header{version, fingerprint.Version, key.Check(), from.Name, runs})
	}
	if err == nil {
		err = from.Scan(ctx, from.DB.Read, func(r *entries.Stored) (bool, error) {
			e, err := lineOf(ctx, from, r)
			if err != nil {
				return false, err
			}
			return true, lines.Encode(e)
		})
	}
	if err == nil {
		err = exportRejected(ctx, lines, from)
	}
	if err != nil {
		return err
	}
	return out.Flush()
}

// runsOf returns the runs of the scope's entries, in their order.
func runsOf(ctx context.Context, from *entries.Reader) (names []string, err error) {
	scope, err := from.Num(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := from.DB.Query(ctx, from.DB.Read, `SELECT r.name FROM usersync_run r
		WHERE r.num IN (SELECT e.run FROM usersync_entry e WHERE e.scope = ?) ORDER BY r.num`, scope)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

func lineOf(ctx context.Context, from *entries.Reader, r *entries.Stored) (line, error) {
	k, err := from.Decode(from.NamesIn(ctx), r, nil)
	if err != nil {
		return line{}, err
	}
	feed, err := from.FeedName(ctx, r.Feed)
	if err != nil {
		return line{}, err
	}
	e := line{ID: string(r.ID), Feed: feed, State: k.State.String(), Remote: k.Remote, Run: k.Run, Record: k.Record,
		Fingerprints: make(map[user.Field]string, len(k.Fingerprints.Fields))}
	for _, f := range k.Fingerprints.Fields {
		e.Fingerprints[f.Field] = fmt.Sprintf("%016x", f.Sum)
	}
	if k.Fingerprints.Secrets != ([16]byte{}) {
		e.Secrets = hex.EncodeToString(k.Fingerprints.Secrets[:])
	}
	return e, nil
}

// entry is the inverse of lineOf.
func (e *line) entry() (change.Entry, error) {
	out := change.Entry{ID: e.ID, Remote: e.Remote, Run: e.Run, Record: e.Record, Replace: true}
	states := [...]user.EntryState{user.Present, user.AcceptedLater, user.Pending}
	at := slices.IndexFunc(states[:], func(s user.EntryState) bool { return s.String() == e.State })
	if at < 0 {
		return out, fmt.Errorf("standing must be one of %v, %v, %v", states[0], states[1], states[2])
	}
	out.State = states[at]
	for field, text := range e.Fingerprints {
		sum, err := strconv.ParseUint(text, 16, 64)
		if err != nil || len(text) != 16 {
			return out, fmt.Errorf("the fingerprint of %s must be 16 hex digits", field)
		}
		out.Fingerprints.Fields = append(out.Fingerprints.Fields, user.Fingerprint{Field: field, Sum: sum})
	}
	secrets, err := hex.DecodeString(e.Secrets)
	if err != nil || (len(secrets) != 0 && len(secrets) != 16) {
		return out, fmt.Errorf("secrets must be 32 hex digits")
	}
	copy(out.Fingerprints.Secrets[:], secrets)
	return out, nil
}
