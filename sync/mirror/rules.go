package mirror

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"usersync/sync/guard"
	"usersync/sync/ledger"
	"usersync/sync/protect"
	"usersync/sync/user"
)

// Guard is the name of the guard that forbids deletions.
const Guard = "absence"

// Rules say which users may be deleted, and where the deletions begin.
type Rules struct {
	Feed      string
	Protected *protect.List // users that are never deleted; nil: none
	// Planned says that nothing is sent: an error then says what a run would do.
	Planned bool

	// Last is the ordinal of the input's last record, and Invalid the number of invalid
	// records: both over all starts of the run.
	Last, Invalid int
	// After is the id of the last deletion that an earlier start of the run has
	// written; empty if there is none.
	After string

	// Unproven is an input file that may have been truncated; empty if there is none.
	Unproven string
	// MaxDelete limits how many users may be deleted.
	MaxDelete Limit
	// Settings are this run's. They must be those with which the feed was last sent,
	// unless AcceptChange is set.
	Settings ledger.Rules
	// EarlierConfig is Settings.Config as earlier versions wrote it; empty: they wrote
	// the same.
	EarlierConfig string
	AcceptChange  bool
	// AcceptLookalikes deletes users who look like an id that is new in the input.
	AcceptLookalikes bool

	// OnRejects is called, if set, with the number of missing users if none is deleted
	// because the input is rejects of an earlier run.
	OnRejects func(missing int)
	// OnCounted is called, if set, with the users that would be deleted, and those of the
	// feed, before the rules are checked.
	OnCounted func(missing, feed int)
}

// check returns a *guard.Error that names every rule that forbids deletions.
func (r Rules) check(ctx context.Context, l Ledger, p *Presence, n counts) error {
	violated, hints, err := r.violated(ctx, l, p, n)
	if err != nil || len(violated) == 0 {
		return err
	}
	what := "no user was deleted"
	if r.Planned {
		what = "a run would delete no users"
	}
	are := "are"
	if n.missing == 1 {
		are = "is"
	}
	return &guard.Error{
		Name: Guard,
		What: fmt.Sprintf("%d of %s in the feed %s missing from the input; %s: %s", n.missing, plural(n.feed, "user"), are, what, strings.Join(violated, "; ")),
		Hint: strings.Join(hints, "; "),
	}
}

// violated returns which rules forbid deletions, and a hint for each.
func (r Rules) violated(ctx context.Context, l Ledger, p *Presence, n counts) (rules, hints []string, err error) {
	say := func(rule, hint string) { rules, hints = append(rules, rule), append(hints, hint) }
	if r.Unproven != "" {
		say("nothing proves that "+r.Unproven+" was not truncated",
			"give --expect-records, --expect-sha256, a FILE.sha256 next to the file, a --trailer or gzip; or --trust-eof if the other guards are enough")
	}
	if n := p.unidentified + p.unknown; n > 0 {
		say(fmt.Sprintf("the id of %s cannot be read (%s)", plural(n, "row"), places(p.firstUnidentified)), "fix these rows")
	}
	if r.Invalid == p.read {
		say("no row of the input is valid", "look at the codes in rejects")
	}
	if most := r.MaxDelete.Of(n.feed); n.missing > most {
		say(fmt.Sprintf("at most %d may be deleted", most), "if they should really be deleted, allow it with --max-delete")
	}
	was, known, err := l.Rules(ctx)
	if err != nil {
		return nil, nil, err
	}
	if !r.AcceptChange && (!known || was.Config != r.Settings.Config && was.Config != cmp.Or(r.EarlierConfig, r.Settings.Config) || was.Mapping != r.Settings.Mapping) {
		say("the mapping or the settings may have changed since the last run", "if they are right, confirm with --accept-mapping-change")
	}
	return rules, hints, nil
}

func places(origins []user.Origin) string {
	var list []string
	for _, o := range origins {
		list = append(list, fmt.Sprintf("%s:%d", o.File, o.Line))
	}
	return strings.Join(list, ", ")
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
