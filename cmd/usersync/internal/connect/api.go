package connect

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
	"usersync/writer/report"
)

// Client is a destination as the commands want it: it also says whether the
// columns of an input will do, before anything is sent.
type Client interface {
	destination.API
	CheckColumns(fields []user.Field, op user.Op) error
	CloseIdle()
}

// observer is told of every answer of an API.
type observer func(status int, header http.Header)

// opener makes the client that a config describes. It makes no call but one that
// asks the API what it can do, where the client cannot know.
type opener func(context.Context, *config.Config, observer) (Client, report.Scope, error)

// api is an API that users can be sent to, with a section of the config of its own.
// Everything that this package knows of it stands in one file, which bears its name.
type api struct {
	name     string
	settings []config.Setting
	tree     config.Tree // nil where single values are all
	open     opener
	// toSandbox points the section to a sandbox.
	toSandbox func(url string)
	// mock is the name of the sandbox that plays it.
	mock func() string
	// draft is what a new config says of it; empty where none can be drafted.
	draft string
	// absent is what it can do instead of a delete; empty: nothing.
	onAbsent string
	// account is what names an account in the section, beside base_url and auth.
	account string
}

// apis are all of them, sorted by name, with sections that hold nothing yet.
func apis() []*api { return []*api{newCustom(), newKard(), newKonstantly(), newOnbo(), newSCIM()} }

// mocks are all that the sandbox can play: an API of the same name, or a shape that
// custom can describe.
func mocks() map[string]Mock {
	all := map[string]Mock{"kard": kardMock(), "konstantly": konstantlyMock(), "scim": scimMock(), "onbo": onboMock()}
	maps.Copy(all, customMocks())
	return all
}

// Sections returns the sections of all APIs, new ones with each call: a config is
// read into them.
func Sections() []config.Section {
	var all []config.Section
	for _, a := range apis() {
		all = append(all, config.Section{Name: a.name, Settings: a.settings, Tree: a.tree, Value: a})
	}
	return all
}

// of is the API that c names, with the section that was read.
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

// Drafts are the APIs for which a config can be drafted: their users have fields
// that are known beforehand.
func Drafts() []string {
	return slices.DeleteFunc(names(), func(name string) bool { return Draft(name) == "" })
}

// Draft is what a new config says of an API; empty where none can be drafted.
func Draft(name string) string {
	for _, a := range apis() {
		if a.name == name {
			return a.draft
		}
	}
	return ""
}

// Offline is a client that is asked what an API takes, and makes no call.
func Offline(ctx context.Context, name string) (Client, error) {
	c, err := config.Offline(name, Sections)
	if err != nil {
		return nil, err
	}
	to, _ := apiOf(c)
	to.toSandbox("http://127.0.0.1:1")
	asked, _, err := to.open(ctx, c, nil)
	return asked, err
}

// restConfig is what every API over HTTP is told.
func restConfig(c *config.Config, see observer) rest.Config {
	return rest.Config{
		Timeout: c.Pace.Timeout, MaxConns: c.Pace.Workers, Version: exit.ReadBuild().Version,
		CAFile: c.Network.CA, CertFile: c.Network.Cert, KeyFile: c.Network.Key, Proxy: c.Network.Proxy,
		InsecureHTTP: c.Network.InsecureHTTP, HTTP2: c.Network.HTTP2, Observe: see,
	}
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}
