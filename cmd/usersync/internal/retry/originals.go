package retry

import (
	"context"
	"errors"
	"io"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/cmd/usersync/internal/input"
	"usersync/reader"
	"usersync/sync/destination"
	"usersync/sync/journal"
	"usersync/sync/user"
)

// FindOriginals prepares a retry to find the secrets that its rejects, the files in paths, mask.
// The input files must be unchanged. It returns nil if no secret is masked, or if the input was
// standard input. t are the traits of the API.
func (s *Source) FindOriginals(ctx context.Context, c *config.Config, t destination.Traits, paths []string, stdin io.Reader, log *zap.Logger) (*history.Originals, error) {
	o := opening{config: c, traits: t, stdin: stdin, source: s}
	if !s.Masked || c.Output.RejectsSecrets == "keep" || !o.readsSecrets(ctx, paths) {
		return nil, nil
	}
	found, err := s.Originals(ctx, o.reopen, func(run string, err error) {
		log.Warn("masked secrets cannot be found in the input of the run", zap.String("run", run), zap.Error(err))
	})
	changed, isChanged := errors.AsType[*history.OriginalsError](err)
	switch sig := exit.StoppedBy(ctx); {
	case isChanged && sig != nil:
		return nil, sig
	case isChanged:
		return nil, exit.Usage(changed, "restore those files; or run the rejects as an input of their own, without the rows that have a masked secret", c.Invocation.Again(paths...))
	case err != nil || found == nil:
		return nil, err
	}
	c.Input.Original = func(r user.Rejected) [][]byte { return found.Rows(ctx, r) }
	return found, nil
}

// InputOf opens the input of an earlier run again, with the settings c of that run, and checks
// that it has not changed. It sends nothing. If the input, the settings or the mapping are not
// those of the run, the error says so; for standard input the result is nil. Call end after
// the records are read.
func InputOf(ctx context.Context, c *config.Config, r *history.Run) (records *history.Originals, end func() error, err error) {
	if !c.SameRun(r.Journal.Header.ConfigSHA256) || c.MappingDigest() != r.Journal.Header.MappingSHA256 {
		return nil, nil, errors.New("the settings or the mapping have changed since the run")
	}
	c.Target.Offline = true
	conn, err := connect.Open(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	o := opening{config: c, traits: conn.Client.Traits(), source: &Source{Rejects: history.Rejects{Dir: r.Dir}, Trailer: c.Proof.Trailer}}
	records, err = history.Rejects{Dir: r.Dir, Run: r.ID}.Originals(ctx, o.reopen, func(string, error) {})
	if err != nil {
		return nil, nil, errors.Join(err, conn.Close())
	}
	return records, func() error { return errors.Join(records.Close(), conn.Close()) }, nil
}

// opening opens inputs with the current settings.
type opening struct {
	config *config.Config
	traits destination.Traits
	stdin  io.Reader
	source *Source
}

// readsSecrets reports whether the rejects can provide secrets: those of ignored columns are
// masked too, and need not be found. Keys of JSON can appear in any row.
func (o opening) readsSecrets(ctx context.Context, paths []string) bool {
	in, err := reader.Open(ctx, input.Options(o.stdin, o.config, o.traits, paths, config.Expected{}))
	if err != nil {
		return true
	}
	defer in.Close()
	return in.ReadsSecrets() || in.Layout().Format == reader.JSONL
}

// reopen opens the input of an earlier run.
func (o opening) reopen(ctx context.Context, h journal.Header) (*reader.Input, error) {
	var paths []string
	for _, in := range h.Inputs {
		paths = append(paths, in.Path)
	}
	input.Pin(o.config, h.Inputs)
	options := input.Options(o.stdin, o.config, o.traits, paths, config.Expected{})
	options.Rejects.Original, options.Expect.Sidecar, options.CSV.Trailer, options.Expect.MinAge = nil, false, "", 0
	options.Rejects.Selected = nil
	if h.Retried == "" {
		options.CSV.Trailer = o.source.Trailer
	} else {
		before, err := history.Select(o.source.Dir, h.Retry)
		if err != nil {
			return nil, err
		}
		options.Rejects.Selected = before.Of
	}
	in, err := reader.Open(ctx, options)
	if err != nil {
		_, err = input.SplitHint(err)
		return nil, err
	}
	return in, nil
}
