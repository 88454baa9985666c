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

// Guard is the name of the guard that keeps from deleting.
const Guard = "absence"

// Rules say which users may be deleted, and where the deletions begin.
type Rules struct {
	Feed      string
	Protected *protect.List // users that are never deleted; nil: none
	// Planned says that nothing is sent: an error says what a run would do.
	Planned bool

	// Last is the ordinal of the input's last record, and Invalid how many of its
	// records are invalid: both over all starts of the run.
	Last, Invalid int
	// After is the id of the last deletion that an earlier start of the run has
	// written; empty if there is none.
	After string

	// Unproved is a file of the input that may have been cut short; empty if there
	// is none.
	Unproved string
	// MaxDelete is the most users that may be deleted.
	MaxDelete Limit
	// Settings are those of this run. They must be those by which the feed was last
	// sent, unless AcceptChange says otherwise.
	Settings ledger.Rules
	// EarlierConfig is Settings.Config as earlier versions noted it; empty: they noted the
	// same.
	EarlierConfig string
	AcceptChange  bool

	// FedAgain is told how many users are missing where none of them is deleted
	// because the input is rejects of an earlier run; nil is not told.
	FedAgain func(missing int)
}

// check returns a *guard.Error that names every rule that forbids to delete.
func (r Rules) check(ctx context.Context, l Ledger, p *Presence, n numbers) error {
	broken, hints, err := r.broken(ctx, l, p, n)
	if err != nil || len(broken) == 0 {
		return err
	}
	what := "nobody is deleted"
	if r.Planned {
		what = "a run would delete nobody"
	}
	are := "are"
	if n.missing == 1 {
		are = "is"
	}
	return &guard.Error{
		Name: Guard,
		What: fmt.Sprintf("%s of %d in the feed %s missing in the input, and %s: %s", plural(n.missing, "user"), n.feed, are, what, strings.Join(broken, "; ")),
		Hint: strings.Join(hints, "; "),
	}
}

// broken says which rules forbid to delete, and what a person can do about each.
func (r Rules) broken(ctx context.Context, l Ledger, p *Presence, n numbers) (rules, hints []string, err error) {
	say := func(rule, hint string) { rules, hints = append(rules, rule), append(hints, hint) }
	if r.Unproved != "" {
		say("nothing proves that "+r.Unproved+" was not cut short",
			"give --expect-records, --expect-sha256, a FILE.sha256 beside it, a --trailer or gzip, or --trust-eof if the other guards are enough")
	}
	if n := p.noID + p.unknown; n > 0 {
		say(fmt.Sprintf("the id of %s cannot be read (%s)", plural(n, "row"), places(p.firstNo)), "mend these rows")
	}
	if r.Invalid == p.read {
		say("no row of the input is fit", "look at the codes in rejects")
	}
	if most := r.MaxDelete.Of(n.feed); n.missing > most {
		say(fmt.Sprintf("at most %d may be deleted", most), "if they really are to go, allow it with --max-delete")
	}
	was, known, err := l.Rules(ctx)
	if err != nil {
		return nil, nil, err
	}
	if !r.AcceptChange && (!known || was.Config != r.Settings.Config && was.Config != cmp.Or(r.EarlierConfig, r.Settings.Config) || was.Mapping != r.Settings.Mapping) {
		say("mapping and settings are not known to be those of the last run", "if they are right, say so with --accept-mapping-change")
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
