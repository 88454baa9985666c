package main

import (
	"fmt"

	"github.com/spf13/pflag"

	"usersync/sync/sandbox"
	"usersync/sync/sandbox/scim"
)

// scimFlags are the flags of `usersync sandbox` about SCIM.
type scimFlags struct{ scim.Options }

func (f *scimFlags) add(flags *pflag.FlagSet) {
	flags.IntVar(&f.MaxOperations, "scim-max-operations", 0, "scim: the most operations in a Bulk call; 0 is 1000")
	flags.IntVar(&f.MaxPayload, "scim-max-payload", 0, "scim: the most bytes in a Bulk call; 0 is 1 MiB")
	flags.BoolVar(&f.NoBulk, "scim-no-bulk", false, "scim: there is no Bulk")
	flags.BoolVar(&f.NoPatch, "scim-no-patch", false, "scim: there is no PATCH")
	flags.BoolVar(&f.NoConfig, "scim-no-config", false, "scim: there is no ServiceProviderConfig")
	flags.BoolVar(&f.AnyOrder, "scim-any-order", false, "scim: a Bulk call is answered in another order")
	flags.BoolVar(&f.ExactNames, "scim-exact-names", false, "scim: userName is searched by letter case, though unique without")
}

func rehearsalOfSCIM(f sandboxFlags) sandbox.API { return scim.API{Options: f.scim.Options} }

func scimSnippet(f sandboxFlags, url string) string {
	auth := ""
	if f.auth {
		auth = fmt.Sprintf(", auth: {client_id: any, client_secret: env:ANY_SECRET, token_url: %q}", url+"/token")
	}
	return fmt.Sprintf("scim: {base_url: %q%s}", url, auth)
}
