package config

import "usersync/cmd/usersync/internal/setting"

// Earlier is how versions whose scopes held no base URL identified a config. They counted all of
// a section's own settings, the address of the API among them.
type Earlier struct{ config *Config }

// Earlier returns how earlier versions identified the config.
func (c *Config) Earlier() Earlier { return Earlier{c} }

// RunDigest is what RunDigest of the config was.
func (e Earlier) RunDigest() string { return e.digest(setting.RunIdentity, nil) }

// FeedDigest is what FeedDigest of the config was.
func (e Earlier) FeedDigest() string { return e.digest(setting.FeedIdentity, nil) }

// RunDigests are those of runs with the same settings in other modes, and with another adopt:
// they do not say where the users were sent.
func (e Earlier) RunDigests() []string {
	var all []string
	for _, s := range e.config.schema.Settings {
		if s.Key != "mode" {
			continue
		}
		for _, mode := range s.Words {
			for _, adopt := range []string{"-", AdoptRead, AdoptAssume} {
				all = append(all, e.digest(setting.RunIdentity, map[string]string{"mode": mode, "adopt": adopt}))
			}
		}
	}
	return all
}

// BaseURL is the address of the API as the config file's section says it; empty if it stands
// elsewhere, or is read from a variable or a file: then no digest tells what it was.
func (e Earlier) BaseURL() string { return e.config.found.LiteralAddress(e.config.Target.To) }

func (e Earlier) digest(least setting.Identity, others map[string]string) string {
	return sum([]byte(e.config.found.IdentifyingEarlier(e.config.Target.To, least, others)))
}
