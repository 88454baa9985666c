package config

import "testing"

// The name of a job is a label, also if the name of its file could not be one.
func TestJob(t *testing.T) {
	for file, want := range map[string]string{"": "usersync", "/etc/nightly.yaml": "nightly", "n\xff.yaml": "n\uFFFD"} {
		c := &Config{}
		c.File = file
		if got := c.Job(); got != want {
			t.Errorf("%q: %q", file, got)
		}
	}
}
