// Package preview says what a run would do, and does nothing: the plan of usersync
// plan and --dry-run, the guards that look ahead, and what a plan and a run have in
// common.
//
// It writes nothing to a ledger and sends nothing; the rules of a plan file are in
// sync/plan. Start at Make, and at Setup.
package preview

import (
	"context"
	"io"
	"iter"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/input"
	"usersync/reader"
	"usersync/reader/proof"
	"usersync/sync/journal"
	"usersync/sync/ledger"
	"usersync/sync/mirror"
	"usersync/sync/user"
)

// Setup is what a plan and a run with the same settings have in common: a way to
// the API, and an open input whose columns fit it. It is for one goroutine.
type Setup struct {
	Config *config.Config
	Conn   *connect.Connection
	Paths  []string // of the input's files
	Input  *reader.Input

	stdin io.Reader
}

// Prepare opens the input. What does not fit is an *exit.Error, and nothing was
// sent. The connection stays the caller's to close.
func Prepare(ctx context.Context, c *config.Config, conn *connect.Connection, paths []string, stdin io.Reader) (*Setup, error) {
	in, err := input.Open(ctx, stdin, c, conn.Client, paths)
	if err != nil {
		return nil, err
	}
	return &Setup{Config: c, Conn: conn, Paths: paths, Input: in, stdin: stdin}, nil
}

// Another is the same setup with the input opened once more.
func (s *Setup) Duplicate(ctx context.Context) (*Setup, error) {
	return Prepare(ctx, s.Config, s.Conn, s.Paths, s.stdin)
}

// Reopen begins to read the input again.
func (s *Setup) Reopen(ctx context.Context) (err error) {
	if err := s.Input.Close(); err != nil {
		return err
	}
	s.Input, err = input.Open(ctx, s.stdin, s.Config, s.Conn.Client, s.Paths)
	return err
}

// Scope is what the users are sent to, as the journal and the ledger name it.
func (s *Setup) Scope() journal.Scope { return s.Conn.ScopeIn(s.Config.Ledger.Feed) }

// Versions tell one version of the input's files from another.
func (s *Setup) Versions() []journal.Input { return input.Versions(s.Paths, s.Input.Layout().Format) }

// Records are those of the input. They are noted in p, unless that is nil; those up
// to the ordinal written were written by an earlier part of the run.
func (s *Setup) Records(ctx context.Context, p *mirror.Presence, written int) reader.Records {
	if p == nil {
		return s.Input.Records()
	}
	return reader.Records(p.Of(ctx, iter.Seq2[*user.Record, error](s.Input.Records()), written))
}

// Rules are the rules for the deletions of a mirror, once the input was read to its
// end. Protected users are never missing.
func (s *Setup) Rules(protected map[string]struct{}) mirror.Rules {
	return mirror.Rules{
		Feed: s.Config.Ledger.Feed, Protected: protected, MaxDelete: s.Config.Guards.MaxDelete,
		Settings: s.FeedRules(""), AcceptChange: s.Config.Guards.AcceptChange, Unproved: s.unproved(),
	}
}

// FeedRules are the settings by which a run sends the feed.
func (s *Setup) FeedRules(run string) ledger.Rules {
	return ledger.Rules{Run: run, Config: s.Config.FeedDigest(), Mapping: s.Config.MappingDigest()}
}

// unproved names a file of which nothing proves that it is whole; empty if there
// is none, or nobody asks for a proof.
func (s *Setup) unproved() string {
	if s.Config.Proof.TrustEOF {
		return ""
	}
	for _, p := range s.Input.Proofs() {
		if p.By == proof.Unproved {
			return p.File
		}
	}
	return ""
}

// RecordsAtOnce is how many records the engine is handed at a time: enough that
// handing over costs nothing, and few compared with its window.
const RecordsAtOnce = 256

// ErrorsAfter is how many records are settled before a share of errors says
// something.
const ErrorsAfter = 1000

// TopCodes is how many reasons of each outcome a summary names.
const TopCodes = 10
