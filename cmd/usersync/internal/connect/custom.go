package connect

import (
	"context"
	"errors"
	"fmt"

	"go.yaml.in/yaml/v3"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/setting"
	"usersync/sync/destination/custom"
	"usersync/sync/sandbox"
	"usersync/sync/sandbox/shapes"
	"usersync/sync/user"
	"usersync/writer/report"
)

// customSection is the section of custom. The parts that are not single values are a
// tree, which package custom reads.
type customSection struct {
	name, baseURL, account, sandbox string
	described                       *custom.Config // nil if the config does not describe the API
}

func newCustom() *api {
	s := &customSection{}
	return &api{
		name: "custom", settings: s.settings(), tree: customTree{s}, open: s.open,
		toSandbox: func(url string) { s.baseURL = url }, mock: func() string { return s.sandbox },
		account: "account",
	}
}

func (s *customSection) settings() []setting.Setting {
	return []setting.Setting{
		{Key: "name", Value: "NAME",
			Use: "name of the API in reports; docs/custom.md explains the rest of the section: calls, credentials, answers",
			Set: setting.IntoString(&s.name)},
		{Key: "base_url", Kind: setting.URL, Value: "URL", Remote: true, Identifies: setting.ScopeIdentity,
			Use: "address of the API; no default",
			Set: setting.IntoString(&s.baseURL)},
		{Key: "account", Kind: setting.ID, Value: "ID",
			Use: "account of the users; {account} in the calls",
			Set: setting.IntoString(&s.account)},
		{Key: "sandbox", Value: "NAME", Words: Mocks(),
			Use: "mock API to use for this one with --sandbox",
			Set: setting.IntoString(&s.sandbox)},
	}
}

// customTree is the description of an API's calls.
type customTree struct{ section *customSection }

// Knows reports whether key belongs to the description.
func (customTree) Knows(key string) bool { return custom.Knows(key) }

// Keys are the keys of the description.
func (customTree) Keys() []string { return custom.Keys() }

// Variables are the environment variables that the description refers to.
func (customTree) Variables(n *yaml.Node) []string { return custom.Variables(n) }

// Read reads the description, and returns its checksum to show.
func (t customTree) Read(n *yaml.Node, expand func(string) (string, error)) (string, error) {
	described, err := custom.Decode(n, expand)
	if wrong, ok := errors.AsType[*custom.Error](err); ok {
		hint := wrong.Hint
		if wrong.Word != "" {
			hint = exit.DidYouMean(wrong.Word, wrong.Known)
		}
		return "", &setting.TreeError{Line: wrong.Line, Rule: wrong.Rule, Hint: hint}
	}
	t.section.described = described
	return custom.Sum(n), err
}

// Lacks reports whether the description has no call for op.
func (t customTree) Lacks(op user.Op) bool {
	return t.section.described != nil && !t.section.described.Has(op)
}

func (s *customSection) open(_ context.Context, c *config.Config, see observer) (Client, report.Scope, error) {
	if s.described == nil {
		return nil, report.Scope{}, errors.New("the config has no section custom: that describes the API; start from one of the files in docs/custom")
	}
	described := *s.described
	described.Name, described.BaseURL, described.Account = s.name, baseURL(c, s.baseURL), s.account
	network := restConfig(c, see)
	network.Auth, network.Media, network.HTTP2 = described.REST.Auth, described.REST.Media, c.Network.HTTP2 || described.REST.HTTP2
	described.REST = network
	opened, err := custom.New(&described)
	if err != nil {
		return nil, report.Scope{}, err
	}
	scope, err := scopeOf(c, described.Name, described.BaseURL, described.Account)
	return opened, scope, err
}

// customMocks are the APIs that a config can describe and that the sandbox can run.
func customMocks() map[string]Mock {
	all := map[string]Mock{}
	for name, shape := range shapes.All() {
		all[name] = Mock{
			open:    func(MockOptions) sandbox.API { return shape },
			snippet: func(_ MockOptions, url string) string { return fmt.Sprintf("base_url: %q # under custom:", url) },
		}
	}
	return all
}
