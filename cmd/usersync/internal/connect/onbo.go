package connect

import (
	"context"
	"fmt"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/setting"
	"usersync/sync/destination/onbo"
	"usersync/sync/plausible"
	"usersync/sync/sandbox"
	mocked "usersync/sync/sandbox/onbo"
	"usersync/sync/user"
	"usersync/writer/cause"
	"usersync/writer/report"
)

// onboSection is the section of onbo.
type onboSection struct {
	baseURL                        string
	checks, date, country, reports string
	delete                         bool
	clientID, epoch                string
	secretKey                      user.Secret
}

func newOnbo() *api {
	o := &onboSection{}
	return &api{
		name: "onbo", settings: o.settings(), open: o.open, mock: func() string { return "onbo" },
		toSandbox: func(url string) {
			o.baseURL, o.clientID, o.secretKey = url+onboPath, "sandbox", user.NewSecret(mocked.Secret)
			o.epoch = string(onbo.Milliseconds)
		},
		draft: onboDraft, causes: onboCauses(),
	}
}

func (o *onboSection) settings() []setting.Setting {
	return []setting.Setting{
		{Key: "base_url", Kind: setting.URL, Value: "URL", Remote: true, Identifies: setting.ScopeIdentity,
			Use: "address of the API with its version, such as https://sandbox-api.stilt.com/v1; no default, so a test cannot reach production by accident",
			Set: setting.IntoString(&o.baseURL)},
		{Key: "auth.client_id", Kind: setting.ID, Value: "ID", Remote: true, Commands: setting.ForLedger, // it is the account
			Use: "client UUID",
			Set: setting.IntoString(&o.clientID)},
		{Key: "auth.secret_key", Kind: setting.Secret, Remote: true,
			Use: "secret key, with its dashes; it signs every call and encrypts SSNs",
			Set: setting.IntoSecret(&o.secretKey)},
		{Key: "auth.epoch", Value: "NAME", Default: "milliseconds", Words: []string{"milliseconds", "seconds"}, Remote: true,
			Use: "unit of the signed timestamp",
			Set: setting.IntoString(&o.epoch)},
		{Key: "checks", Value: "NAME", Default: "refuse", Words: []string{"refuse", "warn"},
			Use: "what to do if a name, date, phone, age, e-mail or address breaks one of Onbo's rules: not send the user (refuse), or send it and say so in the results (warn)",
			Set: setting.IntoString(&o.checks)},
		{Key: "date", Value: "NAME", Default: "slashes", Words: []string{"slashes", "dashes"},
			Use: "format of a date of birth: YYYY/MM/DD or YYYY-MM-DD",
			Set: setting.IntoString(&o.date)},
		{Key: "country", Value: "TEXT", Default: "UNITED STATES",
			Use: "what to send for the United States, however a row spells it",
			Set: setting.IntoString(&o.country)},
		{Key: "reports", Kind: setting.Path, Value: "DIR",
			Use: "directory of the files that credit_report and asset_report name; without it, no reports are sent",
			Set: setting.IntoString(&o.reports)},
		{Key: "delete", Kind: setting.Bool, Default: "false",
			Use: "allow mode delete, which is missing from Onbo's own reference",
			Set: setting.IntoBool(&o.delete)},
	}
}

// checksOf is what its own setting says, or checks: for all APIs.
func (o *onboSection) checksOf(c *config.Config) onbo.Checks {
	if c.Input.Checks == plausible.Warn {
		return onbo.Warn
	}
	return onbo.Checks(o.checks)
}

func (o *onboSection) open(_ context.Context, c *config.Config, see observer) (Client, report.Scope, error) {
	r := restConfig(c, see)
	r.BaseURL = baseURL(c, o.baseURL)
	opened, err := onbo.New(onbo.Config{
		ClientID: o.clientID, SecretKey: unlessCalled(c, o.secretKey), Epoch: onbo.Epoch(o.epoch), Date: onbo.Date(o.date),
		Checks: o.checksOf(c), Country: o.country, Reports: o.reports, Delete: o.delete, REST: r,
	})
	if err != nil {
		return nil, report.Scope{}, err
	}
	scope, err := scopeOf(c, "onbo", r.BaseURL, o.clientID)
	return opened, scope, err
}

const onboPath = "/v1"

const onboDraft = `onbo:
  base_url: https://sandbox-api.stilt.com/v1 # not needed with --sandbox
  auth: {client_id: env:ONBO_CLIENT_ID, secret_key: env:ONBO_SECRET_KEY}
`

func onboMock() Mock {
	return Mock{
		open: func(MockOptions) sandbox.API { return mocked.API{Secret: mocked.Secret} },
		snippet: func(_ MockOptions, url string) string {
			return fmt.Sprintf("onbo: {base_url: %q, auth: {client_id: any, secret_key: env:ONBO_SECRET_KEY}} # with ONBO_SECRET_KEY=%s", url+onboPath, mocked.Secret)
		},
	}
}

// onboCauses say what to do about rejects of this API. The codes are those of its page in docs.
func onboCauses() []cause.Known {
	return []cause.Known{
		refusedWith(user.CodeExists, "Find the user in Onbo who has this SSN or e-mail address. `usersync ledger show --remote KEY` names the id that the ledger has for it: if that is an earlier id of the row, run `usersync ledger rename OLD NEW`. If the ledger does not have the user, put the key in a column `remote_id`."),
	}
}
