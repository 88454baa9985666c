package run

import (
	"context"
	"os"
	"path/filepath"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/earlier"
	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/ledger"
)

// account is the account that the run begins in, with what earlier runs have left there.
func (b *beginning) account() earlier.Account {
	return earlier.Account{Setup: b.Setup, Ledger: b.lease.Ledger, Resume: b.options.Resume, Planned: b.options.Plan != nil, Say: b.options.Log.Always}
}

// register tells the ledger, if there is one, that a run starts or continues, before its
// first call. Earlier parts of the run have written the records up to the given one. It
// returns the run's place in the order of runs.
func (b *beginning) register(ctx context.Context, run string, written int) (order int64, err error) {
	if b.lease.Ledger == nil {
		return 0, nil
	}
	host, err := os.Hostname()
	if err != nil {
		host = "" // it is for people
	}
	dir, err := filepath.Abs(b.Config.Output.RunsDir)
	if err != nil {
		return 0, err
	}
	order, err = b.lease.Ledger.Runs().Register(ctx, ledger.Run{
		Name: run, Host: host, Dir: dir, Replay: b.account().Replays(), Settings: b.Config.RunDigest(), Started: b.started,
	}, written)
	if err != nil {
		return 0, exit.NothingSent(err)
	}
	return order, nil
}

func (b *beginning) withdraw(ctx context.Context, run string) error {
	if b.lease.Ledger == nil {
		return nil
	}
	return b.lease.Ledger.Runs().Withdraw(context.WithoutCancel(ctx), run)
}

// waiting logs which run it waits for.
func (b *base) waiting(h ledger.Holder) {
	b.options.Log.Always("waiting for the lease on the account to end, unless its holder renews it",
		zap.String("held_by", h.Run), zap.String("host", h.Host), zap.Int("process", h.PID))
}

// forgetStored removes what the ledger stores of runs that are over. What is left takes room,
// and no more: the next run removes it.
func (b *base) forgetStored(ctx context.Context, l *ledger.Ledger) {
	if err := l.Stored().Forget(ctx); err != nil {
		b.options.Log.Warn("what the ledger has stored of runs that are over could not be removed", zap.Error(err))
	}
}
