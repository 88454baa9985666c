package ledger

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"usersync/sync/fingerprint"
	"usersync/sync/user"
)

// exportVersion is raised when the meaning of the lines changes.
const exportVersion = 1

// exportHeader is the first line of an export.
type exportHeader struct {
	Version      int    `json:"usersync_ledger"`
	Fingerprints int    `json:"prints"` // their version
	Key          string `json:"key"`    // the check value of their key
	Scope        string `json:"scope"`
	// Runs are the runs of the entries, in the ledger's order.
	Runs []string `json:"runs,omitempty"`
}

// exportLine is one entry of an export.
type exportLine struct {
	ID           string                `json:"id"`
	Feed         string                `json:"feed"`
	State        string                `json:"standing"`
	Remote       string                `json:"remote,omitempty"`
	Run          string                `json:"run"`
	Record       int                   `json:"record"`
	Fingerprints map[user.Field]string `json:"prints"`
	Secrets      string                `json:"secrets,omitempty"`
}

// Export writes the scope as JSON Lines: a header, then one entry per line, with
// fingerprints in hex. What is saved in the meantime may be included or not.
func (a Admin) Export(ctx context.Context, w io.Writer) error {
	out := bufio.NewWriter(w)
	lines := json.NewEncoder(out)
	lines.SetEscapeHTML(false)
	runs, err := a.runs(ctx)
	if err == nil {
		err = lines.Encode(exportHeader{exportVersion, fingerprint.Version, a.l.key.Check(), a.l.options.Scope, runs})
	}
	if err == nil {
		err = a.l.scan(ctx, a.l.db.Read, func(r *dbEntry) (bool, error) {
			e, err := a.line(ctx, r)
			if err != nil {
				return false, err
			}
			return true, lines.Encode(e)
		})
	}
	if err == nil {
		err = out.Flush()
	}
	return failed("export the ledger", err)
}

// runs returns the runs of the scope's entries, in their order.
func (a Admin) runs(ctx context.Context) (names []string, err error) {
	scope, err := a.l.scopeNum(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := a.l.db.Query(ctx, a.l.db.Read, `SELECT r.name FROM usersync_run r
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

func (a Admin) line(ctx context.Context, r *dbEntry) (exportLine, error) {
	var prints fingerprint.Slab
	k, err := a.l.decode(a.l.namesIn(ctx), r, &prints)
	if err != nil {
		return exportLine{}, err
	}
	feed, err := a.l.feedName(ctx, r.feed)
	if err != nil {
		return exportLine{}, err
	}
	e := exportLine{ID: string(r.id), Feed: feed, State: stateNames[k.State], Remote: k.Remote, Run: k.Run, Record: k.Record,
		Fingerprints: make(map[user.Field]string, len(k.Fingerprints.Fields))}
	for _, f := range k.Fingerprints.Fields {
		e.Fingerprints[f.Field] = fmt.Sprintf("%016x", f.Sum)
	}
	if k.Fingerprints.Secrets != ([16]byte{}) {
		e.Secrets = hex.EncodeToString(k.Fingerprints.Secrets[:])
	}
	return e, nil
}

// entry is the inverse of Admin.line.
func (e *exportLine) entry() (Entry, error) {
	out := Entry{ID: e.ID, Remote: e.Remote, Run: e.Run, Record: e.Record, Replace: true}
	for state, name := range stateNames {
		if name == e.State {
			out.State = user.EntryState(state)
		}
	}
	if out.State == user.Absent {
		return out, fmt.Errorf("standing must be one of %s", strings.Join(stateNames[1:], ", "))
	}
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
