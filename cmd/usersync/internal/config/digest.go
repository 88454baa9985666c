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

// SameRun reports whether a digest of an earlier run or plan says that it had these
// settings, by the rules of now or by those before them.
func (c *Config) SameRun(digest string) bool {
	return digest == c.RunDigest() || digest == c.Earlier().RunDigest()
}

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
