package connect

import (
	"fmt"
	"maps"
	"slices"

	"github.com/spf13/pflag"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/help"
	"usersync/sync/sandbox"
	"usersync/sync/sandbox/scim"
)

// Mock is an API that the sandbox can run. It has the name of the destination.
type Mock struct {
	// open returns the API; nil is the sandbox's built-in one.
	open func(MockOptions) sandbox.API
	// snippet is the section of a config for the server.
	snippet func(o MockOptions, url string) string
	// flags adds the flags of `usersync sandbox` for this API only; nil without any.
	flags func(*MockOptions, *pflag.FlagSet)
}

// MockOptions configures a mock. The zero value follows the API's reference.
type MockOptions struct {
	Organization string // the only one that exists; empty: any exists
	Auth         bool   // ask for credentials
	SCIM         scim.Options
}

// Mocks are the names of all APIs that the sandbox can run, sorted.
func Mocks() []string { return slices.Sorted(maps.Keys(mocks())) }

// FindMock returns the mock of that name.
func FindMock(name string) (Mock, bool) {
	m, ok := mocks()[name]
	return m, ok
}

// API returns the API for a sandbox; nil is the sandbox's built-in one.
func (m Mock) API(o MockOptions) sandbox.API {
	if m.open == nil {
		return nil
	}
	return m.open(o)
}

// Snippet is the section of a config for a server at url.
func (m Mock) Snippet(o MockOptions, url string) string { return m.snippet(o, url) }

// AddMockFlags adds the flags of `usersync sandbox` that are for one API only, each
// API's in a group of its own.
func AddMockFlags(o *MockOptions, flags *pflag.FlagSet) {
	for _, name := range Mocks() {
		m := mocks()[name]
		if m.flags == nil {
			continue
		}
		own := pflag.NewFlagSet(name, pflag.ContinueOnError)
		m.flags(o, own)
		own.VisitAll(func(f *pflag.Flag) {
			flags.AddFlag(f)
			help.InGroup(flags, "With --api "+name, f.Name)
		})
	}
}

// sandboxOptions are the options of the sandbox for an API.
func sandboxOptions(to *api) (sandbox.Options, error) {
	m, ok := FindMock(to.mock())
	if !ok {
		return sandbox.Options{}, exit.Usage(fmt.Errorf("start the sandbox: no mock API for %s", to.name), "write sandbox: NAME under custom: in the config; NAME is one of "+exit.List(Mocks()), "")
	}
	return sandbox.Options{API: m.API(MockOptions{})}, nil
}

// toSandbox starts the sandbox if c asks for it, and points c to it.
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
