package connect

import (
	"time"

	"usersync/cmd/usersync/internal/config"
	"usersync/sync/plausible"
	"usersync/sync/user"
)

// Values is what is done with values that a field cannot have, on their way to an API. A
// client can have stricter rules.
func Values(c *config.Config, to Client) *plausible.Policy {
	p := &plausible.Policy{Do: c.Input.Checks, Rules: to.Check, Now: time.Now()}
	switch c.Target.To {
	case "onbo":
		p.Skips = []user.Field{user.Email, user.Phone, user.DateOfBirth, user.ZipCode}
	case "kard":
		p.Skips = []user.Field{user.Phone}
	}
	return p
}
