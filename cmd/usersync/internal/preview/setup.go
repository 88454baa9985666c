// Package preview predicts what a run would do, without doing it: usersync plan,
// --dry-run, the guards that look ahead, and what a plan and a run have in common.
//
// It sends no users and writes nothing to a ledger. Package plan defines the plan file.
// Start at Make, and at Setup.
package preview

import (
	"context"
	"io"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/history"
	"usersync/cmd/usersync/internal/input"
	"usersync/reader"
	"usersync/reader/proof"
	"usersync/sync/journal"
	"usersync/sync/ledger"
	"usersync/sync/lookalike"
	"usersync/sync/mirror"
	"usersync/sync/parking"
	"usersync/sync/protect"
	"usersync/sync/user"
	"usersync/writer/codes"
)

// Setup is what a plan and a run with the same settings share: a connection to the API,
// and an open input whose columns fit it. It is for one goroutine.
type Setup struct {
	Config *config.Config
	Conn   *connect.Connection
	Paths  []string // of the input's files
	Input  *reader.Input

	stdin io.Reader
}

// Prepare opens the input. An input that does not fit is an *exit.Error, and nothing was
// sent. The caller closes the connection.
func Prepare(ctx context.Context, c *config.Config, conn *connect.Connection, paths []string, stdin io.Reader) (*Setup, error) {
	c.Input.RejectedAs = history.RejectedAs(c.Output.RunsDir, paths)
	in, err := input.Open(ctx, stdin, c, conn.Client, paths)
	if err != nil {
		return nil, err
	}
	return &Setup{Config: c, Conn: conn, Paths: paths, Input: in, stdin: stdin}, nil
}

// Duplicate is the same setup with the input opened a second time.
func (s *Setup) Duplicate(ctx context.Context) (*Setup, error) {
	return Prepare(ctx, s.Config, s.Conn, s.Paths, s.stdin)
}

// Reopen opens the input again, to read it from the start.
func (s *Setup) Reopen(ctx context.Context) (err error) {
	if err := s.Input.Close(); err != nil {
		return err
	}
	s.Input, err = input.Open(ctx, s.stdin, s.Config, s.Conn.Client, s.Paths)
	return err
}

// Scope is where the users are sent, as the journal and the ledger name it.
func (s *Setup) Scope() journal.Scope { return s.Conn.ScopeIn(s.Config.Ledger.Feed) }

// Versions identify the version of each file of the input.
func (s *Setup) Versions() []journal.Input {
	return input.Versions(s.Config, s.Paths, s.Input.Layout().Format)
}

// Records are the records of the input. Unless p is nil it notes them, and takes those up
// to number written as written by an earlier part of the run.
func (s *Setup) Records(ctx context.Context, p *mirror.Presence, written int) reader.Records {
	if p == nil {
		return s.Input.Records()
	}
	return reader.Records(p.Of(ctx, iter.Seq2[*user.Record, error](s.Input.Records()), written))
}

// Rules are the rules for the deletions of a mirror. They are valid after the input was
// read to its end. Protected users never count as missing.
func (s *Setup) Rules(protected *protect.List) mirror.Rules {
	return mirror.Rules{
		Feed: s.Config.Ledger.Feed, Protected: protected, MaxDelete: s.Config.Guards.MaxDelete,
		Settings: s.FeedRules(""), EarlierConfig: s.Config.Earlier().FeedDigest(), AcceptChange: s.Config.Guards.AcceptChange, AcceptLookalikes: s.Config.Guards.AcceptLookalikes, Unproven: s.unproved(),
	}
}

// FeedRules identify the settings that a run sends the feed with.
func (s *Setup) FeedRules(run string) ledger.Rules {
	return ledger.Rules{Run: run, Config: s.Config.FeedDigest(), Mapping: s.Config.MappingDigest()}
}

// Parking returns what finds rows that earlier runs could not settle, for a run that starts
// now. l is nil without a ledger.
func (s *Setup) Parking(ctx context.Context, l *ledger.Ledger, now time.Time) (*parking.Finder, error) {
	park := s.Config.Ledger.Park
	return parking.New(ctx, parking.Options{Ledger: l, After: park.After, Every: park.Every, Retry: park.Retry || s.Config.Ledger.Full, Now: now, Curable: curable(),
		TakesAccess: s.Config.Input.OpColumn.IsSet() || slices.ContainsFunc(s.Input.Fields(), user.Field.GivesAccess),
		Settings:    s.Config.FeedDigest() + s.Config.MappingDigest()})
}

// curable returns what reports whether a code says that it helps to send a row again. A family
// of codes, such as http_*, does not say that of each of its codes.
func curable() func(code string) bool {
	helping := sync.OnceValue(func() map[string]bool {
		helps := map[string]bool{}
		for _, e := range codes.All() {
			if _, met := helps[e.Code]; !met {
				helps[e.Code] = e.Retry == codes.Helps && !strings.HasSuffix(e.Code, "*")
			}
		}
		return helps
	})
	return func(code string) bool { return helping()[code] }
}

// Looked is called with each chunk of records, once the ledger was asked about them.
type Looked func(ctx context.Context, records []*user.Record, known []user.LedgerEntry, checkpoint int) error

// Finding returns what notes about the ids of records how they look, and about the records
// that earlier runs could not settle them.
func Finding(similar *lookalike.Finder, parked *parking.Finder) Looked {
	return func(ctx context.Context, records []*user.Record, known []user.LedgerEntry, checkpoint int) error {
		if err := parked.Look(ctx, records); err != nil {
			return err
		}
		return similar.Note(ctx, records, known, checkpoint)
	}
}

// Complete reports whether something proves that the input was read to its end, or the
// settings ask for no proof. It is valid after the input was read.
func (s *Setup) Complete() bool { return s.unproved() == "" }

// unproved names a file that nothing proves to be complete; empty if there is none, or
// if the settings ask for no proof.
func (s *Setup) unproved() string {
	if s.Config.Proof.TrustEOF {
		return ""
	}
	for _, p := range s.Input.Proofs() {
		if p.By == proof.Unproven {
			return p.File
		}
	}
	return ""
}

// RecordsAtOnce is how many records the engine gets at a time: enough that the handover
// costs nothing, and few compared with its window.
const RecordsAtOnce = 256

// ErrorsAfter is how many records must be settled before a percentage of errors means
// anything.
const ErrorsAfter = 1000

// TopCodes is how many codes of each outcome a summary lists.
const TopCodes = 10
