package main

import (
	"regexp"
	"strings"
	"testing"
)

// The image, the packages and the Makefile are built with the same tags, and the packages' program
// says its version.
func TestReleasesAreBuiltAlike(t *testing.T) {
	t.Parallel()
	releases := readDeployed(t, ".goreleaser.yaml")
	tags := regexp.MustCompile(`(?m)^FULL += (.*)$`).FindStringSubmatch(readDeployed(t, "Makefile"))
	if tags == nil {
		t.Fatal("the Makefile does not say what releases are built with")
	}
	contains(t, readDeployed(t, "Dockerfile"), "-tags "+tags[1]+" ")
	contains(t, readDeployed(t, ".ci/release/main.go"), `"`+tags[1]+`"`)
	contains(t, releases, "tags: ["+strings.ReplaceAll(tags[1], ",", ", ")+"]",
		"cmd/usersync/internal/exit.version=v{{ .Version }}", "cmd/usersync/internal/exit.commit={{ .FullCommit }}", "CGO_ENABLED=0", "-trimpath")
}

// The newest version of the changelog is one that the chart can install.
func TestChangelogAndChart(t *testing.T) {
	t.Parallel()
	newest := regexp.MustCompile(`(?m)^## (?:Unreleased|\[?(\d+\.\d+\.\d+)\]? - \d{4}-\d\d-\d\d)$`).FindStringSubmatch(readDeployed(t, "CHANGELOG.md"))
	if newest == nil {
		t.Fatal("the changelog does not begin with Unreleased or a version and its date")
	}
	if newest[1] != "" {
		contains(t, readDeployed(t, "deploy/helm/usersync/Chart.yaml"), `appVersion: "`+newest[1]+`"`)
	}
}
