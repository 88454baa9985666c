package preview

import (
	"errors"
	"fmt"
	"slices"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/input"
	"usersync/sync/protect"
	"usersync/sync/user"
)

// Check refuses what could not keep its promise with an *exit.Error, and returns the
// users that are left alone. Nothing was sent.
func (s *Setup) Check() (protected *protect.List, err error) {
	c, in, traits := s.Config, s.Input, s.Conn.Client.Traits()
	switch {
	case c.Target.Mode == config.Mirror && c.Ledger.URL == config.NoLedger:
		return nil, exit.Usage(errors.New("check mode mirror: without a ledger nobody knows whom the input lacks"), "leave --ledger out", "usersync run --help")
	case c.Target.Mode == config.Mirror && c.Input.OpColumn != "":
		return nil, exit.Usage(errors.New("check mode mirror: with op_column the input is a list of changes, and does not say who is gone"),
			"leave op_column out, or choose --mode upsert", "usersync run --help")
	case c.Guards.Canary > 0 && traits.Blind && !c.Guards.CanaryAnswersOnly:
		return nil, exit.Usage(fmt.Errorf("check --canary: %s shows no user, so that a canary cannot be read back", traits.Name),
			"if its answers are to be enough, say so with --canary-answers-only", "usersync run --help")
	case c.Ledger.URL == config.NoLedger && traits.OwnKeys && c.Target.Intent() != user.Create && !slices.Contains(in.Fields(), user.RemoteID):
		return nil, exit.Usage(fmt.Errorf("check the ledger: %s makes the keys of its users itself, and without a ledger nobody remembers them", traits.Name),
			"leave --ledger out, or give the keys in a column remote_id", "usersync run --help")
	}
	if err := checkAdoption(c, traits, in); err != nil {
		return nil, err
	}
	return input.Protected(c)
}
