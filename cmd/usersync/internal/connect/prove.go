package connect

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"strings"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/setting"
	"usersync/sync/destination"
	"usersync/sync/ledger"
	"usersync/sync/user"
)

// Prove makes one call that changes nothing, or none where the API has no such call, and
// returns what that proves about address, credentials and account. A call that fails is
// an *exit.Error.
func Prove(ctx context.Context, c *config.Config, made Evidence) (proof string, err error) {
	c.Target.Offline = false
	conn, err := Open(ctx, c)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	known, err := conn.oneKnown(ctx, c, made)
	if err != nil {
		return "", err
	}
	p := prover{conn.Client, conn.Scope.Host, known}
	proof, err = p.prove(ctx)
	if ce, ok := errors.AsType[*destination.CallError](err); ok {
		return "", openError(ctx, c, ce)
	}
	if errors.Is(err, errNotThere) {
		return "", &exit.Error{Err: fmt.Errorf("check the connection: %w", err), Code: exit.Denied,
			Hint: "either someone deleted that user there, or this is another account: " + authHint(c), Next: c.LedgerCommand("stats")}
	}
	return proof, err
}

// oneKnown is a user that the API is known to hold; nil if no ledger knows one.
func (conn *Connection) oneKnown(ctx context.Context, c *config.Config, made Evidence) (*ledger.Row, error) {
	address := c.Ledger.At(c.Output.RunsDir)
	if c.Target.Sandbox || address == config.NoLedger {
		return nil, nil
	}
	if path, isFile := strings.CutPrefix(address, setting.SQLite); isFile {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
	}
	l, err := OpenToRead(ctx, c, conn.ScopeIn(c.Ledger.Feed), address, made)
	if err != nil {
		return nil, err
	}
	rows, err := l.Identities().Others(ctx, 1, func(string) bool { return false })
	if err = errors.Join(err, l.Close()); err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}

// prover makes the call.
type prover struct {
	client Client
	host   string
	known  *ledger.Row // nil if none is known
}

var errNotThere = errors.New("the API answers, and does not have a user that the ledger knows")

func (p prover) prove(ctx context.Context) (string, error) {
	t := p.client.Traits()
	finder, finds := p.client.(destination.Finder)
	if finds && !t.Blind && p.known != nil && (!t.OwnKeys || p.known.Remote != "") {
		return p.find(ctx, finder)
	}
	if prober, probes := p.client.(destination.Prober); probes && t.Probe {
		if err := prober.Probe(ctx); err != nil {
			return "", err
		}
		return fmt.Sprintf("%s accepts the credentials: address and credentials are right", p.host), nil
	}
	if finds && !t.Blind && !t.FindsByKey {
		return p.findNone(ctx, finder)
	}
	return fmt.Sprintf("nothing: %s has no call that is certain to change nothing; --canary 1 tries one user first", t.Name), nil
}

// find reads the user that is known.
func (p prover) find(ctx context.Context, finder destination.Finder) (string, error) {
	found, err := finder.Find(ctx, recordOf(p.known.ID, p.known.Remote))
	switch {
	case err != nil:
		return "", err
	case found.Presence == destination.Absent:
		return "", errNotThere
	case found.Presence == destination.Unknown:
		return p.answered(found.HTTP), nil
	}
	return fmt.Sprintf("%s has a user that the ledger knows: address, credentials and account are right", p.host), nil
}

// findNone looks for a user that cannot exist.
func (p prover) findNone(ctx context.Context, finder destination.Finder) (string, error) {
	found, err := finder.Find(ctx, recordOf("usersync-"+rand.Text(), ""))
	if err != nil {
		return "", err
	}
	return p.answered(found.HTTP), nil
}

// answered says what an answer about an unknown user proves. A server that knows nothing
// of users answers 404 as well.
func (p prover) answered(status int) string {
	if status/100 == 2 {
		return fmt.Sprintf("%s searched its users: address and credentials are right", p.host)
	}
	if status == http.StatusNotFound {
		return fmt.Sprintf("%s did not reject the credentials; it answered 404 about a user that cannot exist, as a wrong address would", p.host)
	}
	return fmt.Sprintf("%s did not reject the credentials; its answer proves no more than that", p.host)
}

func recordOf(id, remote string) *user.Record {
	return &user.Record{Op: user.Update, Remote: remote, User: user.User{ID: id}}
}
