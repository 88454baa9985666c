package connect

import (
	"time"

	"usersync/cmd/usersync/internal/config"
	"usersync/sync/plausible"
	"usersync/sync/user"
)

// Values is what is done with values that a field cannot have, on their way to an API. Onbo's
// client has rules of its own for all of them.
func Values(c *config.Config, to Client) *plausible.Policy {
	p := &plausible.Policy{Do: c.Input.Checks, Rules: to.Check, Now: time.Now()}
	if c.Target.To == "onbo" {
		p.Skips = []user.Field{user.Email, user.Phone, user.DateOfBirth, user.ZipCode}
	}
	return p
}
