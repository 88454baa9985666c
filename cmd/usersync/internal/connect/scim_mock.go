package connect

import (
	"fmt"

	"github.com/spf13/pflag"

	"usersync/sync/sandbox"
	mocked "usersync/sync/sandbox/scim"
)

const scimDraft = `scim:
  base_url: https://idp.example.com/scim/v2 # not needed with --sandbox
  auth: {token: env:SCIM_TOKEN}
`

func scimMock() Mock {
	return Mock{
		open: func(o MockOptions) sandbox.API { return mocked.API{Options: o.SCIM} },
		snippet: func(o MockOptions, url string) string {
			auth := ""
			if o.Auth {
				auth = fmt.Sprintf(", auth: {client_id: any, client_secret: env:ANY_SECRET, token_url: %q}", url+"/token")
			}
			return fmt.Sprintf("scim: {base_url: %q%s}", url, auth)
		},
		flags: func(o *MockOptions, flags *pflag.FlagSet) {
			flags.IntVar(&o.SCIM.MaxOperations, "scim-max-operations", 0, "at most `N` operations per Bulk call; 0 is 1000")
			flags.IntVar(&o.SCIM.MaxPayload, "scim-max-payload", 0, "at most `BYTES` per Bulk call; 0 is 1 MiB")
			flags.BoolVar(&o.SCIM.NoBulk, "scim-no-bulk", false, "do not support Bulk")
			flags.BoolVar(&o.SCIM.NoPatch, "scim-no-patch", false, "do not support PATCH")
			flags.BoolVar(&o.SCIM.NoConfig, "scim-no-config", false, "do not have a ServiceProviderConfig")
			flags.BoolVar(&o.SCIM.AnyOrder, "scim-any-order", false, "answer a Bulk call in another order")
			flags.BoolVar(&o.SCIM.ExactNames, "scim-exact-names", false, "match the case of userName in a search, but not when it must be unique")
		},
	}
}
