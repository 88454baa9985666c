package setting

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"usersync/cmd/usersync/internal/exit"
)

// RefuseUnknown finds environment variables that look like settings but are not: with a
// typo in a name, the setting would silently keep its default. A variable that the config
// names as env:NAME may have any name. others are variables that are no settings.
func (src Sources) RefuseUnknown(schema Schema, others ...string) error {
	known := slices.Concat(schema.variables(), others, src.File.variables())
	var wrong []error
	var hint string
	for _, name := range unknownVariables(src.Environment.Environ(), known) {
		wrong = append(wrong, fmt.Errorf("read settings: unknown environment variable %s", name))
		hint = variableHint(name, known)
	}
	if wrong == nil {
		return nil
	}
	if len(wrong) > 1 {
		hint = ""
	}
	return exit.Usage(errors.Join(wrong...), hint, "usersync help settings")
}

// variableHint does not list all variables: there are too many to read.
func variableHint(name string, known []string) string {
	if near := exit.DidYouMean(name, known); strings.HasPrefix(near, "did") {
		return near
	}
	return "unset it: names that begin with " + envPrefix + " are settings"
}

func (s Schema) variables() []string {
	known := []string{fileVariable}
	for i := range s.Settings {
		if name := s.Settings[i].Env(); name != "" {
			known = append(known, name)
		}
	}
	return known
}

// kubernetesVariable matches what Kubernetes sets for a service called usersync, or
// usersync-something.
var kubernetesVariable = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^` + envPrefix + `(.+_)?(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT(_.+)?)$`)
})

// unknownVariables returns, sorted, the names that are neither known nor set by
// Kubernetes.
func unknownVariables(environ, known []string) []string {
	var unknown []string
	for _, entry := range environ {
		name, _, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, envPrefix) && !slices.Contains(known, name) && !kubernetesVariable().MatchString(name) {
			unknown = append(unknown, name)
		}
	}
	slices.Sort(unknown)
	return unknown
}
