package main

import (
	"errors"
	"strings"

	"usersync/sync/user"
)

// lookingAhead is what can be set about a look ahead before the first call.
func lookingAhead() []setting {
	return []setting{
		{key: "max_change", flag: "max-change", kind: list, value: "N|N%",
			use: "the most users whom the ledger knows that may change, in number or percent; FIELD=N|N% for one field. Beyond it nothing is sent",
			set: func(c *config, text string) error { return c.Guards.MaxChange.add(text) }},
		{key: "min_records", flag: "min-records", value: "N", def: "0",
			use: "the fewest records that the input may hold; below it nothing is sent",
			set: into(func(c *config) *int { return &c.Guards.MinRecords }, parseCount(0))},
	}
}

// changeLimits are the most users that may change: in all, and by field.
type changeLimits struct {
	all    *share // nil: any number
	fields map[user.Field]share
}

func (l *changeLimits) given() bool { return l.all != nil || len(l.fields) > 0 }

// add adds a limit as it was typed: 10%, or phone=2%.
func (l *changeLimits) add(text string) error {
	field, number, one := strings.Cut(text, "=")
	if !one {
		number = text
	}
	s, err := parseShare(number)
	if err != nil || one && field == "" {
		return errors.New("must be a number of users such as 25, a percentage such as 0.5%, or either for one field such as phone=2%")
	}
	if !one {
		l.all = &s
		return nil
	}
	if l.fields == nil {
		l.fields = map[user.Field]share{}
	}
	l.fields[user.Field(field)] = s
	return nil
}
