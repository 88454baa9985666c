package config

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
)

// Digest identifies the config. It contains no secret.
func (c *Config) Digest() string {
	var b strings.Builder
	for _, v := range c.shown {
		fmt.Fprintf(&b, "%s=%s\n", v.Key, v.Text)
	}
	return sum([]byte(b.String() + c.MappingDigest()))
}

// RunDigest identifies what the config would do with an input. Settings of speed,
// duration and verbosity do not count. A plan, and a run that is continued, must
// have the same one.
func (c *Config) RunDigest() string { return c.digestOf(RunIdentity) }

// FeedDigest identifies the users that the config would make from an input.
func (c *Config) FeedDigest() string { return c.digestOf(FeedIdentity) }

// digestOf covers the settings of all APIs that identify at least that much, and
// those of the chosen API's section.
func (c *Config) digestOf(least Identity) string {
	var b strings.Builder
	for _, v := range c.shown {
		if v.section == "" && v.identifies >= least || v.section != "" && v.section == c.Target.To {
			fmt.Fprintf(&b, "%s=%s\n", v.Key, v.Text)
		}
	}
	return sum([]byte(b.String()))
}

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
