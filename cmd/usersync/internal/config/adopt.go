package config

import (
	"errors"
	"strings"
	"time"
)

// The values of --adopt.
const (
	AdoptRead   = "read"
	AdoptAssume = "assume"
)

// AdoptOnce is how to take over users who exist in the API while the ledger is new: until a
// run has finished that sent the whole feed. Its zero value takes over none.
type AdoptOnce struct {
	How   string    // AdoptRead, AdoptAssume or empty
	Until time.Time // when it ends, exclusive; zero: never
}

// Applies says whether it is still time.
func (a AdoptOnce) Applies(now time.Time) bool {
	return a.How != "" && (a.Until.IsZero() || now.Before(a.Until))
}

// parseAdoptOnce demands a last day of an assumption: if the ledger were lost again a year
// later, what had changed since the last run would never be sent.
func parseAdoptOnce(text string) (AdoptOnce, error) {
	how, day, limited := strings.Cut(text, " until ")
	a := AdoptOnce{How: strings.TrimSpace(how)}
	if a.How != AdoptRead && a.How != AdoptAssume {
		return AdoptOnce{}, errors.New("must be read, or assume until a day, such as assume until 2026-12-31")
	}
	if !limited {
		if a.How == AdoptAssume {
			return AdoptOnce{}, errors.New("assume needs its last day, such as assume until 2026-12-31: with a ledger that is lost later it would hide what has changed")
		}
		return a, nil
	}
	last, err := time.Parse(time.DateOnly, strings.TrimSpace(day))
	if err != nil {
		return AdoptOnce{}, errors.New("the last day must be a date such as 2026-12-31")
	}
	a.Until = last.AddDate(0, 0, 1)
	return a, nil
}
