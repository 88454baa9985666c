package run

import (
	"context"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/preview"
	"usersync/sync/destination/stack"
	"usersync/sync/ledger"
)

// adoption is how the run takes over users who are not in the ledger. adopt_once applies while
// the ledger is new to the feed, to a run that sends a whole file to the API itself.
func (b *base) adoption(ctx context.Context, l *ledger.Ledger) (*stack.Adoption, error) {
	once := b.Config.Ledger.AdoptOnce
	if !once.Applies(b.started) || l == nil || b.Config.Target.Sandbox || b.options.Retried.Run != "" || b.options.Plan != nil {
		return preview.Adoption(b.Config, false), nil
	}
	_, sent, err := l.Rules(ctx)
	if err == nil && !sent {
		b.options.Log.Info("users missing from the ledger are adopted, because it has seen no run of the feed finish", zap.String("adopt_once", once.How))
	}
	return preview.Adoption(b.Config, err == nil && !sent), err
}
