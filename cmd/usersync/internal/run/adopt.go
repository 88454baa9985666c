package run

import (
	"context"

	"go.uber.org/zap"

	"usersync/cmd/usersync/internal/preview"
	"usersync/sync/destination/stack"
)

// adoption is how the run takes over users who are not in the ledger. adopt_once applies while
// the ledger is new to the feed, to a run that sends a whole file to the API itself.
func (r *Run) adoption(ctx context.Context) (*stack.Adoption, error) {
	once := r.Config.Ledger.AdoptOnce
	if !once.Applies(r.started) || r.lease.Ledger == nil || r.Config.Target.Sandbox || r.options.Retried.Run != "" || r.options.Plan != nil {
		return preview.Adoption(r.Config, false), nil
	}
	_, sent, err := r.lease.Ledger.Rules(ctx)
	if err == nil && !sent {
		r.options.Log.Info("users missing from the ledger are adopted, because it has seen no run of the feed finish", zap.String("adopt_once", once.How))
	}
	return preview.Adoption(r.Config, err == nil && !sent), err
}
