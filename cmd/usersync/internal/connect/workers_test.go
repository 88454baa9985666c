package connect

import (
	"testing"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/quantity"
	"usersync/sync/destination"
)

// A number of workers that was given is never exceeded. Otherwise there are connections for
// as many as may be found, which are fewer without a rate.
func TestMostWorkers(t *testing.T) {
	for name, c := range map[string]struct {
		workers int
		rate    quantity.Rate
		sandbox bool
		most    int
	}{
		"given":                    {workers: 7, rate: quantity.Rate{PerSecond: 500}, most: 7},
		"given, no rate":           {workers: 100, rate: quantity.Rate{Unlimited: true}, most: 100},
		"a rate":                   {rate: quantity.Rate{PerSecond: 500}, most: 512},
		"the documented rate":      {most: 512},
		"no rate":                  {rate: quantity.Rate{Unlimited: true}, most: 64},
		"the sandbox":              {sandbox: true, most: 64},
		"the sandbox, with a rate": {sandbox: true, rate: quantity.Rate{PerSecond: 5}, most: 512},
	} {
		settings := &config.Config{Pace: config.Pace{Workers: c.workers, Rate: c.rate}, Target: config.Target{Sandbox: c.sandbox}}
		o := PaceOptions(settings, destination.Traits{})
		if o.MaxInFlight != c.most || mostWorkers(settings) != c.most || o.FindInFlight != (c.workers == 0) {
			t.Errorf("%s: %+v and %d connections", name, o, mostWorkers(settings))
		}
	}
}
