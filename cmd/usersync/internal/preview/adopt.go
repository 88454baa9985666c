package preview

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/reader"
	"usersync/sync/destination"
	"usersync/sync/destination/stack"
	"usersync/sync/user"
)

// Adoption is how to take over users who are not in the ledger; nil if they count as
// new.
func Adoption(c *config.Config) *stack.Adoption {
	how, adopts := map[string]stack.Adoption{config.AdoptRead: stack.Read, config.AdoptAssume: stack.Assume}[c.Ledger.Adopt]
	if !adopts {
		return nil
	}
	return &how
}

// checkAdoption refuses an adoption by accident, every night, or without any use.
// Nothing was sent.
func checkAdoption(c *config.Config, traits destination.Traits, in *reader.Input) error {
	if c.Ledger.Adopt == "" {
		return nil
	}
	refuse := func(why, hint string) error {
		return exit.Usage(fmt.Errorf("check --adopt %s: %s; nothing was sent", c.Ledger.Adopt, why), hint, "usersync run --help")
	}
	switch source := c.Ledger.AdoptSource; {
	case !strings.HasPrefix(source, "--"):
		return refuse("it is set in "+source+", and would apply every night", "use it once, as a flag")
	case c.Target.Mode != user.Upsert || c.Input.OpColumn.IsSet():
		return refuse("it requires --mode upsert", "adopt with --mode upsert first, then run with your usual mode")
	case c.Ledger.URL == config.NoLedger:
		return refuse("without a ledger usersync cannot remember who was adopted", "leave --ledger out")
	case c.Ledger.Adopt == config.AdoptRead && traits.Blind:
		return refuse(traits.Name+" does not show its users, so none can be read", "--adopt assume trusts the input, if you know that the API holds the same")
	case c.Ledger.Adopt == config.AdoptAssume && traits.OwnKeys && !slices.Contains(in.Fields(), user.RemoteID):
		return refuse(traits.Name+" assigns the keys of its users itself", "give them in a column remote_id")
	}
	return nil
}

// checkPlannable refuses to plan an adoption: its outcome depends on each user in the
// API.
func checkPlannable(c *config.Config) error {
	if c.Ledger.Adopt == "" {
		return nil
	}
	return exit.Usage(errors.New("plan: what --adopt finds is known only when it runs"), "plan without it: users who are not in the ledger count as created", "usersync plan --help")
}
