package connect

import (
	"cmp"
	"context"
	"fmt"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/setting"
	"usersync/sync/destination/konstantly"
	"usersync/sync/sandbox"
	mocked "usersync/sync/sandbox/konstantly"
	"usersync/sync/user"
	"usersync/writer/cause"
	"usersync/writer/report"
)

// konstantlySection is the section of konstantly.
type konstantlySection struct {
	baseURL, onAbsent, password, choices string
	key                                  user.Secret
}

func newKonstantly() *api {
	k := &konstantlySection{}
	return &api{
		name: "konstantly", settings: k.settings(), open: k.open,
		toSandbox: func(url string) { k.baseURL, k.key = url+konstantlyPath, user.NewSecret("sandbox") }, mock: func() string { return "konstantly" },
		draft: konstantlyDraft, causes: konstantlyCauses(), onAbsent: "block",
	}
}

func (k *konstantlySection) settings() []setting.Setting {
	return []setting.Setting{
		{Key: "base_url", Kind: setting.URL, Value: "URL", Remote: true, Identifies: setting.ScopeIdentity,
			Use: "address of the API with its path, such as https://YOURSITE.konstant.ly/openapi/v1",
			Set: setting.IntoString(&k.baseURL)},
		{Key: "auth.key", Kind: setting.Secret, Remote: true,
			Use: "API key, from your site's Settings > API",
			Set: setting.IntoSecret(&k.key)},
		{Key: "on_absent", Value: "NAME", Default: "delete", Words: []string{"delete", "block"},
			Use: "what a delete does: remove the user for good (delete), or deactivate the user until an update (block)",
			Set: setting.IntoString(&k.onAbsent)},
		{Key: "password", Value: "NAME", Default: "create", Words: []string{"create", "always", "generate"},
			Use: "when to send a row's password: with new users (create), or with updates too (always); generate makes up a secret one for new users whose row has none",
			Set: setting.IntoString(&k.password)},
		{Key: "choices", Value: "NAME", Default: "as_is", Words: []string{"as_is", "names"},
			Use: "how to send custom attributes: unchanged (as_is), or with options given by name and typed values, after reading the site's attributes (names)",
			Set: setting.IntoString(&k.choices)},
	}
}

// open reads the site's custom attributes first, if options are given by name.
func (k *konstantlySection) open(ctx context.Context, c *config.Config, see observer) (Client, report.Scope, error) {
	r := restConfig(c, observer{traffic: see.traffic}) // the pace begins with the run
	r.BaseURL = baseURL(c, k.baseURL)
	o := konstantly.Config{Key: unlessCalled(c, k.key), OnAbsent: konstantly.Absence(cmp.Or(c.Target.OnAbsent, k.onAbsent)), Password: konstantly.Password(k.password), REST: r}
	if k.choices == "names" && !c.Target.Offline {
		var err error
		if o.Schema, err = konstantly.Learn(ctx, o); err != nil {
			return nil, report.Scope{}, err
		}
	}
	o.REST.Observe = see.answered
	opened, err := konstantly.New(o)
	if err != nil {
		return nil, report.Scope{}, err
	}
	scope, err := scopeOf(c, "konstantly", r.BaseURL, "")
	return opened, scope, err
}

const konstantlyPath = "/openapi/v1"

const konstantlyDraft = `konstantly:
  base_url: https://YOURSITE.konstant.ly/openapi/v1 # not needed with --sandbox
  auth: {key: env:KONSTANTLY_KEY}
`

func konstantlyMock() Mock {
	return Mock{
		open: func(MockOptions) sandbox.API { return mocked.New(mocked.Options{}) },
		snippet: func(_ MockOptions, url string) string {
			return fmt.Sprintf("konstantly: {base_url: %q, auth: {key: env:ANY_SECRET}}", url+konstantlyPath)
		},
	}
}

// konstantlyCauses say what to do about rejects of this API. The codes are those of its page in docs.
func konstantlyCauses() []cause.Known {
	return []cause.Known{
		refusedWith("bad_role", "Use the alias of a role that the site has."),
		refusedWith("bad_email", "Use an e-mail address that no other user of the site has."),
		refusedWith("bad_attributes", "Compare the attributes with those of the site, or set `choices: names`."),
	}
}
