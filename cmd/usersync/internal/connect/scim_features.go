package connect

import (
	"cmp"
	"context"
	"errors"
	"time"

	"usersync/cmd/usersync/internal/config"
	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/destination/scim"
	"usersync/sync/destination/wait"
)

// features are what the server says it can do, limited by the settings.
func (s *scimSection) features(ctx context.Context, c *config.Config, r rest.Config) (scim.Features, error) {
	if c.Target.Offline || s.bulk == "upload" || s.bulk == "off" && s.update != "auto" {
		return s.limit(scim.Features{}), nil
	}
	r.Observe = nil // the pace begins with the run
	for attempt := 0; ; attempt++ {
		found, _, err := scim.Discover(ctx, r)
		pause, again := retryDiscovery(err, attempt)
		if !again || attempt == c.Pace.Retries || pause > c.Pace.MaxWait {
			return s.limit(found), err
		}
		if err := wait.For(ctx, pause); err != nil {
			return found, err
		}
	}
}

// retryDiscovery says whether and when to ask the server again what it can do: one
// bad answer must not cost a night.
func retryDiscovery(err error, attempt int) (wait time.Duration, again bool) {
	ce, failed := errors.AsType[*destination.CallError](err)
	if !failed || ce.Fault == destination.Denied || ce.Fault == destination.RefusedWhole {
		return 0, false
	}
	return cmp.Or(ce.After, time.Second<<min(attempt, 5)), true
}

// limit applies the settings to what the server says. If the server says nothing, Bulk
// is used only if the settings turn it on and say for how many users.
func (s *scimSection) limit(f scim.Features) scim.Features {
	f.Bulk = (f.Bulk || s.bulk == "on") && s.bulk != "off"
	if s.maxOperations > 0 && (f.MaxOperations <= 1 && s.bulk == "on" || s.maxOperations < f.MaxOperations) {
		f.MaxOperations = s.maxOperations
	}
	if most := int64(s.maxPayload); most > 0 && (f.MaxPayload == 0 || most < f.MaxPayload) {
		f.MaxPayload = most
	}
	return f
}
