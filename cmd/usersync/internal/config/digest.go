package config

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
)

// Digest tells two configs apart. No secret is part of it.
func (c *Config) Digest() string {
	var b strings.Builder
	for _, v := range c.shown {
		if v.unsaid {
			continue
		}
		fmt.Fprintf(&b, "%s=%s\n", v.Key, v.Text)
	}
	return sum([]byte(b.String() + c.MappingDigest()))
}

// RunDigest tells whether two configs would do the same with an input: what
// only says how fast, or what is shown, does not count. It identifies a run that
// is continued, and a plan.
func (c *Config) RunDigest() string { return c.digestOf(RunIdentity) }

// FeedDigest tells whether two configs would make the same users of an input.
func (c *Config) FeedDigest() string { return c.digestOf(FeedIdentity) }

// digestOf digests the settings of all APIs that identify as much as that or
// more, and those of the API's own section.
func (c *Config) digestOf(least Identity) string {
	var b strings.Builder
	for _, v := range c.shown {
		if v.unsaid {
			continue
		}
		if v.section == "" && v.identifies >= least || v.section != "" && v.section == c.Target.To {
			fmt.Fprintf(&b, "%s=%s\n", v.Key, v.Text)
		}
	}
	return sum([]byte(b.String()))
}

// MappingDigest tells whether two configs take the same columns for the same fields.
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
