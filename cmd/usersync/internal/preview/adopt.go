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
// new. once says whether the config's adopt_once applies.
func Adoption(c *config.Config, once bool) *stack.Adoption {
	text := c.Ledger.Adopt
	if text == "" && once {
		text = c.Ledger.AdoptOnce.How
	}
	how, adopts := map[string]stack.Adoption{config.AdoptRead: stack.Read, config.AdoptAssume: stack.Assume}[text]
	if !adopts {
		return nil
	}
	return &how
}

// checkAdoption refuses an adoption by accident, every night, or without any use.
// Nothing was sent.
func checkAdoption(c *config.Config, traits destination.Traits, in *reader.Input) error {
	how, name := c.Ledger.Adopt, "--adopt"
	if how == "" {
		how, name = c.Ledger.AdoptOnce.How, "adopt_once:"
	}
	if how == "" {
		return nil
	}
	refuse := func(why, hint string) error {
		return exit.Usage(fmt.Errorf("check %s %s: %s; nothing was sent", name, how, why), hint, "usersync run --help")
	}
	switch source := c.Ledger.AdoptSource; {
	case c.Ledger.Adopt != "" && !strings.HasPrefix(source, "--"):
		return refuse("it is set in "+source+", and would apply every night", "use it once, as a flag; or write adopt_once, which ends with the first run that finishes")
	case c.Target.Mode != user.Upsert || c.Input.OpColumn.IsSet():
		return refuse("it requires --mode upsert", "adopt with --mode upsert first, then run with your usual mode")
	case c.Ledger.URL == config.NoLedger:
		return refuse("without a ledger usersync cannot remember who was adopted", "leave --ledger out")
	case how == config.AdoptRead && traits.Blind:
		return refuse(traits.Name+" does not show its users, so none can be read", "assume trusts the input, if you know that the API holds the same")
	case how == config.AdoptAssume && traits.OwnKeys && !slices.Contains(in.Fields(), user.RemoteID):
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
