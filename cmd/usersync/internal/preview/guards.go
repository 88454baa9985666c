package preview

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/protected"
	"usersync/sync/protect"
	"usersync/sync/user"
)

// Check refuses settings that cannot work together, with an *exit.Error, and returns
// the users never to touch. Nothing was sent.
func (s *Setup) Check(ctx context.Context) (*protect.List, error) {
	c, in, traits := s.Config, s.Input, s.Conn.Client.Traits()
	switch {
	case c.Target.Mode == config.Mirror && c.Ledger.URL == config.NoLedger:
		return nil, exit.Usage(errors.New("check mode mirror: without a ledger usersync cannot know which users are missing from the input"), "leave --ledger out", "usersync run --help")
	case c.Target.Mode == config.Mirror && c.Input.OpColumn.IsSet():
		return nil, exit.Usage(errors.New("check mode mirror: with op_column the input is a list of changes, and does not show which users are missing"),
			"leave op_column out, or choose --mode upsert", "usersync run --help")
	case c.Guards.Canary > 0 && traits.Blind && !c.Guards.CanaryAnswersOnly:
		return nil, exit.Usage(fmt.Errorf("check --canary: %s does not show its users, so a canary cannot be read back", traits.Name),
			"if its answers are enough for you, add --canary-answers-only", "usersync run --help")
	case c.Ledger.URL == config.NoLedger && traits.OwnKeys && c.Target.Intent() != user.Create && !slices.Contains(in.Fields(), user.RemoteID):
		return nil, exit.Usage(fmt.Errorf("check the ledger: %s assigns the keys of its users itself, and only a ledger remembers them", traits.Name),
			"leave --ledger out, or give the keys in a column remote_id", "usersync run --help")
	}
	if err := checkAdoption(c, traits, in); err != nil {
		return nil, err
	}
	return protected.Read(ctx, c)
}
