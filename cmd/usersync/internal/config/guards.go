package config

import (
	"errors"
	"strings"

	"usersync/sync/mirror"
	"usersync/sync/user"
)

// settings are what stops a run before it does harm.
func (g *Guards) settings() []Setting {
	return []Setting{
		{Key: "max_errors", Flag: "max-errors", Value: "N|N%", Default: "10%", Commands: BetweenParts,
			Use: "stop when more users than this are invalid or refused; a percentage is looked at once 1000 are settled",
			Set: Into(&g.MaxErrors, ParseShare)},
		{Key: "max_delete", Flag: "max-delete", Value: "N|N%", Default: "auto", Commands: BetweenParts,
			Use: "mirror: the most users to delete, in number or percent of the feed; auto is 10 or 2%, whichever is more, and never above 20%",
			Set: Into(&g.MaxDelete, ParseLimit)},
		{Key: "accept_mapping_change", Flag: "accept-mapping-change", Kind: Bool, Default: "false", Commands: BetweenParts,
			Use: "mirror: delete also if mapping or settings are not those of the last run",
			Set: IntoBool(&g.AcceptChange)},
		{Key: "protect", Flag: "protect", Kind: Path, Value: "FILE",
			Use: "ids of users to whom nothing is ever done, one a line",
			Set: IntoString(&g.Protect)},
		{Key: "canary", Flag: "canary", Value: "N",
			Use: "send the first N users alone, read them back, and go on only if the API holds what was sent",
			Set: Into(&g.Canary, ParseCount(1))},
		{Key: "canary_answers_only", Flag: "canary-answers-only", Kind: Bool, Default: "false",
			Use: "let the API's answers be enough for the canary; for an API that shows no user",
			Set: IntoBool(&g.CanaryAnswersOnly)},
		{Key: "max_duration", Flag: "max-duration", Value: "TIME", Commands: BetweenParts,
			Use: "stop reading after this time, exit 10; the run is gone on with later",
			Set: Into(&g.MaxDuration, parseDuration)},
	}
}

// ahead are those that look at the whole input before the first call.
func (g *Guards) lookAheadSettings() []Setting {
	return []Setting{
		{Key: "max_change", Flag: "max-change", Kind: List, Value: "N|N%",
			Use: "the most users whom the ledger knows that may change, in number or percent; FIELD=N|N% for one field. Beyond it nothing is sent",
			Set: g.MaxChange.Add},
		{Key: "min_records", Flag: "min-records", Value: "N", Default: "0",
			Use: "the fewest records that the input may hold; below it nothing is sent",
			Set: Into(&g.MinRecords, ParseCount(0))},
	}
}

// ChangeLimits are the most users that may change: in all, and by field.
type ChangeLimits struct {
	All    *Share // nil: any number
	Fields map[user.Field]Share
}

// Given reports whether there is any limit.
func (l *ChangeLimits) Given() bool { return l.All != nil || len(l.Fields) > 0 }

// Add adds a limit as it was typed: 10%, or phone=2%.
func (l *ChangeLimits) Add(text string) error {
	field, number, one := strings.Cut(text, "=")
	if !one {
		number = text
	}
	s, err := ParseShare(number)
	if err != nil || one && field == "" {
		return errors.New("must be a number of users such as 25, a percentage such as 0.5%, or either for one field such as phone=2%")
	}
	if !one {
		l.All = &s
		return nil
	}
	if l.Fields == nil {
		l.Fields = map[user.Field]Share{}
	}
	l.Fields[user.Field(field)] = s
	return nil
}

// ParseLimit reads a share of the users of a feed, or auto.
func ParseLimit(s string) (mirror.Limit, error) {
	if s == "auto" {
		return mirror.Limit{}, nil
	}
	l, err := ParseShare(s)
	if err != nil {
		err = errors.New("must be a number of users such as 25, a percentage such as 0.5%, or auto")
	}
	return mirror.Limit{Set: true, Count: l.Count, Percent: l.Percent}, err
}
