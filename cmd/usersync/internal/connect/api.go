package connect

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/setting"
	"usersync/sync/address"
	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/destination/traffic"
	"usersync/sync/user"
	"usersync/writer/cause"
	"usersync/writer/report"
)

// Client is a destination that can also check the columns of an input before anything
// is sent.
type Client interface {
	destination.API
	CheckColumns(fields []user.Field, op user.Op) error
	CloseIdle()
}

// observer sees the calls of a client.
type observer struct {
	answered func(status int, header http.Header) // nil: nothing is told of the answers
	traffic  *traffic.Recorder                    // nil: no call is described
}

// opener returns the client that a config describes. Its only call, if any, asks the
// API what it can do.
type opener func(context.Context, *config.Config, observer) (Client, report.Scope, error)

// api is an API that users can be sent to, with its own section of the config. All
// that this package knows about it is in one file, named after it.
type api struct {
	name     string
	settings []setting.Setting
	tree     setting.Tree // nil if the section holds only single values
	open     opener
	// toSandbox points the section to a sandbox.
	toSandbox func(url string)
	// mock is the name of the mock API that the sandbox runs for it.
	mock func() string
	// draft is its section in a new config; empty if it cannot be drafted.
	draft string
	// onAbsent is what it can do instead of a delete; empty: nothing.
	onAbsent string
	// causes say what to do about rejects, where this API needs other advice than all do.
	causes []cause.Known
	// account is the key that selects an account, besides base_url and auth.
	account string
}

// apis are all APIs, sorted by name, with empty sections.
func apis() []*api { return []*api{newCustom(), newKard(), newKonstantly(), newOnbo(), newSCIM()} }

// mocks are all APIs that the sandbox can run: one of apis, or one that custom can
// describe.
func mocks() map[string]Mock {
	all := map[string]Mock{"kard": kardMock(), "konstantly": konstantlyMock(), "scim": scimMock(), "onbo": onboMock()}
	maps.Copy(all, customMocks())
	return all
}

// Sections returns the sections of all APIs. Each call returns new ones, for a config
// to be read into.
func Sections() []setting.Section {
	var all []setting.Section
	for _, a := range apis() {
		all = append(all, setting.Section{Name: a.name, Settings: a.settings, Tree: a.tree, Value: a})
	}
	return all
}

// apiOf is the API that c names, with the section that was read.
func apiOf(c *config.Config) (*api, bool) {
	s, _ := c.Section(c.Target.To)
	a, ok := s.Value.(*api)
	return a, ok
}

func names() []string {
	var all []string
	for _, a := range apis() {
		all = append(all, a.name)
	}
	return all
}

// Drafts are the APIs for which a config can be drafted: their fields are known in
// advance.
func Drafts() []string {
	return slices.DeleteFunc(names(), func(name string) bool { return Draft(name) == "" })
}

// Draft is the section of an API in a new config; empty if it cannot be drafted.
func Draft(name string) string {
	for _, a := range apis() {
		if a.name == name {
			return a.draft
		}
	}
	return ""
}

// Offline is a client that can be asked what an API accepts, and makes no call.
func Offline(ctx context.Context, name string) (Client, error) {
	c, err := config.Offline(name, Sections)
	if err != nil {
		return nil, err
	}
	to, _ := apiOf(c)
	to.toSandbox("http://127.0.0.1:1")
	asked, _, err := to.open(ctx, c, observer{})
	return asked, err
}

// restConfig holds the settings that every API over HTTP shares.
func restConfig(c *config.Config, see observer) rest.Config {
	return rest.Config{
		Timeout: c.Pace.Timeout, MaxConns: mostWorkers(c), Version: exit.ReadBuild().Version,
		TLS:   rest.TLS{CAFile: c.Network.CA, CertFile: c.Network.Cert, KeyFile: c.Network.Key, InsecureHTTP: c.Network.InsecureHTTP},
		Proxy: c.Network.Proxy, HTTP2: c.Network.HTTP2, Observe: see.answered, Traffic: see.traffic,
	}
}

// unlessCalled returns a secret that the client requires, or a substitute if c has none because
// no call is made with it.
func unlessCalled(c *config.Config, s user.Secret) user.Secret {
	if !c.ReadsCredentials() && s.Reveal() == "" {
		return user.NewSecret("not read")
	}
	return s
}

// baseURL is where the API is: as c says for the whole command, otherwise as its section
// does, in the one spelling by which APIs are told apart. What is no address is left
// unchanged: the client refuses it in its own words.
func baseURL(c *config.Config, section string) string {
	text := cmp.Or(c.Target.BaseURL, section)
	if one, err := address.BaseURL(text); err == nil {
		return one
	}
	return text
}

// scopeOf is an account of the API at a base URL, which its client has accepted.
func scopeOf(c *config.Config, destination, base, account string) (report.Scope, error) {
	one, err := address.BaseURL(base)
	if err != nil {
		return report.Scope{}, fmt.Errorf("base_url: %w", err)
	}
	u, err := url.Parse(one)
	if err != nil {
		return report.Scope{}, errors.New("base_url is not an http or https URL")
	}
	return report.Scope{Destination: destination, Host: u.Host, BaseURL: one, Account: account, Sandbox: c.Target.Sandbox}, nil
}

// refusedWith is a refusal that ends once the rows, the settings or the API have changed.
func refusedWith(code, do string) cause.Known {
	return cause.Known{Status: user.Refused, Reason: code, Advice: cause.Advice{Retry: cause.AfterFix, Do: do}}
}
