package config

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"usersync/cmd/usersync/internal/setting"
)

// Digest identifies the config. It contains no secret.
func (c *Config) Digest() string { return sum([]byte(c.found.Text() + c.MappingDigest())) }

// RunDigest identifies what the config would do with an input. Settings of speed,
// duration and verbosity do not count. A plan, and a run that is continued, must
// have the same one.
//
// The address of the API is not part of it: a journal and a plan hold that separately.
func (c *Config) RunDigest() string { return c.digest(setting.LaterRunIdentity) }

// FeedDigest identifies the users that the config would make from an input.
func (c *Config) FeedDigest() string { return c.digest(setting.FeedIdentity) }

// digest covers the settings of all APIs that identify at least that much, and those of the
// chosen API's section.
func (c *Config) digest(least setting.Identity) string {
	return sum([]byte(c.found.Identifying(c.Target.To, least)))
}

// EarlierRunDigest is what RunDigest was in versions whose scopes held no base URL. They
// counted all of a section's own settings, the address of the API among them.
func (c *Config) EarlierRunDigest() string { return c.earlierDigest(setting.RunIdentity, nil) }

// EarlierFeedDigest is what FeedDigest was in those versions.
func (c *Config) EarlierFeedDigest() string { return c.earlierDigest(setting.FeedIdentity, nil) }

// EarlierRunDigests are those of runs with the same settings in other modes, and with
// another adopt: they do not say where the users were sent.
func (c *Config) EarlierRunDigests() []string {
	var all []string
	for _, s := range c.schema.Settings {
		if s.Key != "mode" {
			continue
		}
		for _, mode := range s.Words {
			for _, adopt := range []string{"-", AdoptRead, AdoptAssume} {
				all = append(all, c.earlierDigest(setting.RunIdentity, map[string]string{"mode": mode, "adopt": adopt}))
			}
		}
	}
	return all
}

func (c *Config) earlierDigest(least setting.Identity, others map[string]string) string {
	return sum([]byte(c.found.IdentifyingEarlier(c.Target.To, least, others)))
}

// SameRun reports whether a digest of an earlier run or plan says that it had these
// settings, by the rules of now or by those before them.
func (c *Config) SameRun(digest string) bool {
	return digest == c.RunDigest() || digest == c.EarlierRunDigest()
}

// LiteralBaseURL is the address of the API as the config file's section says it; empty
// if it stands elsewhere, or is read from a variable or a file: then no digest tells
// what it was.
func (c *Config) LiteralBaseURL() string { return c.found.LiteralAddress(c.Target.To) }

// BaseURLFlag is the flag that gives the address of an API.
const BaseURLFlag = "base-url"

// MappingDigest identifies the mapping from columns to fields.
func (c *Config) MappingDigest() string {
	text, err := json.Marshal([]any{c.Input.Fields, c.Input.Ignore})
	if err != nil {
		return ""
	}
	return sum(text)
}

func sum(b []byte) string {
	digest := sha256.Sum256(b)
	return hex.EncodeToString(digest[:])
}
