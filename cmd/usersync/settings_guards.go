package main

import (
	"errors"
	"time"
)

// guards are what stops a run before it does harm.
func guards() []setting {
	return []setting{
		{key: "max_errors", flag: "max-errors", value: "N|N%", def: "10%",
			use: "stop when more users than this are invalid or refused; a percentage is looked at once 1000 are settled",
			set: into(func(c *config) *share { return &c.Guards.MaxErrors }, parseShare)},
		{key: "max_delete", flag: "max-delete", value: "N|N%", def: "auto",
			use: "mirror: the most users to delete, in number or percent of the feed; auto is 10 or 2%, whichever is more, and never above 20%",
			set: into(func(c *config) *limit { return &c.Guards.MaxDelete }, parseLimit)},
		{key: "accept_mapping_change", flag: "accept-mapping-change", kind: toggle, def: "false",
			use: "mirror: delete also if mapping or settings are not those of the last run",
			set: into(func(c *config) *bool { return &c.Guards.AcceptChange }, parseBool)},
		{key: "protect", flag: "protect", kind: path, value: "FILE",
			use: "ids of users to whom nothing is ever done, one a line",
			set: asText(func(c *config) *string { return &c.Guards.Protect })},
		{key: "canary", flag: "canary", value: "N",
			use: "send the first N users alone, read them back, and go on only if the API holds what was sent",
			set: into(func(c *config) *int { return &c.Guards.Canary }, parseCount(1))},
		{key: "canary_answers_only", flag: "canary-answers-only", kind: toggle, def: "false",
			use: "let the API's answers be enough for the canary; for an API that shows no user",
			set: into(func(c *config) *bool { return &c.Guards.CanaryAnswersOnly }, parseBool)},
		{key: "max_duration", flag: "max-duration", value: "TIME",
			use: "stop reading after this time, exit 10; the run is gone on with later",
			set: into(func(c *config) *time.Duration { return &c.Guards.MaxDuration }, parseDuration)},
	}
}

// limit is a share that may be left to a rule.
type limit struct {
	share
	given bool
}

func parseLimit(s string) (limit, error) {
	if s == "auto" {
		return limit{}, nil
	}
	l, err := parseShare(s)
	if err != nil {
		err = errors.New("must be a number of users such as 25, a percentage such as 0.5%, or auto")
	}
	return limit{l, true}, err
}
