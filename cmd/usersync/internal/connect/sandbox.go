package connect

import (
	"fmt"
	"maps"
	"slices"

	"github.com/spf13/pflag"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/sandbox"
	"usersync/sync/sandbox/scim"
)

// Mock is an API that the sandbox can play. It bears the name that the API has
// among the destinations.
type Mock struct {
	// open makes the API; nil is the one that the sandbox itself knows.
	open func(MockOptions) sandbox.API
	// snippet is the section of a config that leads to the server.
	snippet func(o MockOptions, url string) string
	// flags are those of `usersync sandbox` about this API alone; nil: there are none.
	flags func(*MockOptions, *pflag.FlagSet)
}

// MockOptions is what can be said about a mock. The zero value plays the API as
// its reference describes it.
type MockOptions struct {
	Organization string // the only one that exists; any, if empty
	Auth         bool   // ask for credentials
	SCIM         scim.Options
}

// Mocks are the names of all APIs that the sandbox can play, sorted.
func Mocks() []string { return slices.Sorted(maps.Keys(mocks())) }

// FindMock returns the mock of that name.
func FindMock(name string) (Mock, bool) {
	m, ok := mocks()[name]
	return m, ok
}

// API makes the API for a sandbox; nil is the one that the sandbox itself knows.
func (m Mock) API(o MockOptions) sandbox.API {
	if m.open == nil {
		return nil
	}
	return m.open(o)
}

// Snippet is the section of a config that leads to a server at url.
func (m Mock) Snippet(o MockOptions, url string) string { return m.snippet(o, url) }

// AddMockFlags adds the flags of `usersync sandbox` that are about one API alone.
func AddMockFlags(o *MockOptions, flags *pflag.FlagSet) {
	for _, name := range Mocks() {
		if m := mocks()[name]; m.flags != nil {
			m.flags(o, flags)
		}
	}
}

// sandboxOf are the options of the sandbox that plays an API.
func sandboxOptions(to *api) (sandbox.Options, error) {
	m, ok := FindMock(to.mock())
	if !ok {
		return sandbox.Options{}, exit.Usage(fmt.Errorf("start the sandbox: nothing plays %s", to.name), "write sandbox: NAME under custom: in the config; known are "+exit.List(Mocks()), "")
	}
	return sandbox.Options{API: m.API(MockOptions{})}, nil
}

// toSandbox starts the sandbox, if that is what c asks for, and points c to it.
func (conn *Connection) toSandbox(c *config.Config, to *api) error {
	if !c.Target.Sandbox {
		return nil
	}
	options, err := sandboxOptions(to)
	if err != nil {
		return err
	}
	s, err := sandbox.Start(options, "127.0.0.1:0")
	if err != nil {
		return exit.Usage(fmt.Errorf("start the sandbox: %w", err), "", "")
	}
	conn.Sandbox = s
	c.Network.Proxy, c.Target.BaseURL = "none", ""
	to.toSandbox(s.URL())
	return nil
}
