package config

import (
	"errors"
	"strings"

	"usersync/cmd/usersync/internal/quantity"
	"usersync/cmd/usersync/internal/setting"
	"usersync/sync/mirror"
	"usersync/sync/user"
)

// settings declares the guards that stop a run before it does harm.
func (g *Guards) settings() []setting.Setting {
	return []setting.Setting{
		{Key: "max_errors", Group: setting.GroupSafety, Common: true, Flag: "max-errors", Value: "N|N%", Default: "10%", Commands: setting.BetweenParts,
			Use: "stop when more users than this are invalid or refused; a percentage is checked once 1000 are settled",
			Set: setting.Into(&g.MaxErrors, quantity.ParseShare)},
		{Key: "max_delete", Group: setting.GroupSafety, Common: true, Flag: MaxDeleteFlag, Value: "N|N%", Default: "auto", Commands: setting.BetweenParts,
			Use: "mirror, op_column: most users to delete, as a count or a percentage of the feed; auto is 10 or 2%, whichever is more; for mirror at most 20%",
			Set: setting.Into(&g.MaxDelete, ParseLimit)},
		{Key: "accept_mapping_change", Group: setting.GroupSafety, Flag: "accept-mapping-change", Kind: setting.Bool, Default: "false", Commands: setting.BetweenParts,
			Use: "mirror: delete even if the mapping or the settings differ from the last run",
			Set: setting.IntoBool(&g.AcceptChange)},
		{Key: "absent_ok", Group: setting.GroupSafety, Flag: "absent-ok", Kind: setting.Bool, Default: "false", Commands: setting.BetweenParts, Added: true,
			Use: "take users that a delete does not find for deleted, even if nothing proves that the address is right",
			Set: setting.IntoBool(&g.AbsentOK)},
		{Key: "accept_lookalikes", Group: setting.GroupSafety, Flag: "accept-lookalikes", Kind: setting.Bool, Default: "false", Added: true, Commands: setting.BetweenParts,
			Use: "mirror: also delete users whose ids look like one that is new in the input; they are other users",
			Set: setting.IntoBool(&g.AcceptLookalikes)},
		{Key: "renames", Group: setting.GroupSafety, Flag: "renames", Value: "N", Default: "0", Added: true, Commands: setting.BetweenParts,
			Use: "mirror: give up to N users of the ledger a new id, if the row with the new id leads to the same user of the API and the old id is not in the input; reads the input twice",
			Set: setting.Into(&g.Renames, quantity.ParseCount(0))},
		{Key: "protect", Group: setting.GroupSafety, Flag: "protect", Kind: setting.Path, Value: "FILE",
			Use: "file with the ids of users never to touch, one per line",
			Set: setting.IntoString(&g.Protect)},
		{Key: "canary", Group: setting.GroupSafety, Flag: "canary", Value: "N",
			Use: "send the first N users alone, read them back, and continue only if the API holds what was sent",
			Set: setting.Into(&g.Canary, quantity.ParseCount(1))},
		{Key: "canary_answers_only", Group: setting.GroupSafety, Flag: "canary-answers-only", Kind: setting.Bool, Default: "false",
			Use: "let the canary pass on the API's answers alone; for an API that cannot show its users",
			Set: setting.IntoBool(&g.CanaryAnswersOnly)},
		{Key: "max_duration", Group: setting.GroupPace, Flag: "max-duration", Value: "TIME", Commands: setting.BetweenParts,
			Use: "stop reading after this long and exit 10; resume continues the run",
			Set: setting.Into(&g.MaxDuration, quantity.ParseDuration)},
		{Key: "until", Group: setting.GroupPace, Flag: UntilFlag, Value: "HH:MM", Commands: setting.BetweenParts, Added: true,
			Use: "stop reading at this time of day and exit 10, such as 05:00, or \"05:00 Europe/Berlin\" if the zone is not the local one; a run that starts less than six hours after it exits 10 at once; none turns it off",
			Set: setting.Into(&g.Until, quantity.ParseClock)},
	}
}

// lookAheadSettings declares the guards that read the whole input before the first
// call.
func (g *Guards) lookAheadSettings() []setting.Setting {
	return []setting.Setting{
		{Key: "max_change", Group: setting.GroupSafety, Common: true, Flag: "max-change", Kind: setting.List, Value: "N|N%",
			Use: "send nothing if more known users than this would change, as a count or a percentage; FIELD=N|N% limits one field",
			Set: g.MaxChange.Add},
		{Key: "min_records", Group: setting.GroupSafety, Flag: "min-records", Value: "N", Default: "0",
			Use: "send nothing if the input has fewer records than this",
			Set: setting.Into(&g.MinRecords, quantity.ParseCount(0))},
	}
}

// ChangeLimits limits how many users may change: in all, and by field.
type ChangeLimits struct {
	All    *quantity.Share // nil: any number
	Fields map[user.Field]quantity.Share
}

// Given reports whether there is any limit.
func (l *ChangeLimits) Given() bool { return l.All != nil || len(l.Fields) > 0 }

// Add adds a limit such as 10% or phone=2%.
func (l *ChangeLimits) Add(text string) error {
	field, number, one := strings.Cut(text, "=")
	if !one {
		number = text
	}
	s, err := quantity.ParseShare(number)
	if err != nil || one && field == "" {
		return errors.New("must be a number of users such as 25, a percentage such as 0.5%, or either for one field such as phone=2%")
	}
	if !one {
		l.All = &s
		return nil
	}
	if l.Fields == nil {
		l.Fields = map[user.Field]quantity.Share{}
	}
	l.Fields[user.Field(field)] = s
	return nil
}

// ParseLimit parses a share of the users of a feed, or auto.
func ParseLimit(s string) (mirror.Limit, error) {
	if s == "auto" {
		return mirror.Limit{}, nil
	}
	l, err := quantity.ParseShare(s)
	if err != nil {
		err = errors.New("must be a number of users such as 25, a percentage such as 0.5%, or auto")
	}
	return mirror.Limit{Set: true, Count: l.Count, Percent: l.Percent}, err
}
