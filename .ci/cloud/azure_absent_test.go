//go:build cloud && !azure

package cloud

import "testing"

// more has no clouds: their servers are not in Debian.
func more() map[string]func(*testing.T, *faulty) cloud { return nil }
