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

// Adoption is how users unknown to the ledger become ours; nil if they are
// taken for new.
func Adoption(c *config.Config) *stack.Adoption {
	how, adopts := map[string]stack.Adoption{config.AdoptRead: stack.Read, config.AdoptAssume: stack.Assume}[c.Ledger.Adopt]
	if !adopts {
		return nil
	}
	return &how
}

// checkAdoption refuses what would adopt by accident, every night, or in vain. Nothing was sent.
func checkAdoption(c *config.Config, traits destination.Traits, in *reader.Input) error {
	if c.Ledger.Adopt == "" {
		return nil
	}
	refuse := func(why, hint string) error {
		return exit.Usage(fmt.Errorf("check --adopt %s: %s; nothing was sent", c.Ledger.Adopt, why), hint, "usersync run --help")
	}
	switch source := c.Ledger.AdoptSource; {
	case !strings.HasPrefix(source, "--"):
		return refuse("it stands in "+source+", and would hold every night", "give it as a flag, once")
	case c.Target.Mode != user.Upsert || c.Input.OpColumn != "":
		return refuse("it is for --mode upsert", "adopt with --mode upsert first, then run with the mode of every night")
	case c.Ledger.URL == config.NoLedger:
		return refuse("without a ledger nobody remembers who was adopted", "leave --ledger out")
	case c.Ledger.Adopt == config.AdoptRead && traits.Blind:
		return refuse(traits.Name+" shows no user, so that none can be read", "--adopt assume takes the input for what it holds, if you know that it does")
	case c.Ledger.Adopt == config.AdoptAssume && traits.OwnKeys && !slices.Contains(in.Fields(), user.RemoteID):
		return refuse(traits.Name+" makes the keys of its users itself", "give them in a column remote_id")
	}
	return nil
}

// checkPlannable refuses to foretell what only looking at each user tells.
func checkPlannable(c *config.Config) error {
	if c.Ledger.Adopt == "" {
		return nil
	}
	return exit.Usage(errors.New("plan: what --adopt finds is known only when it has looked"), "plan without it: whom the ledger does not know counts as created", "usersync plan --help")
}
