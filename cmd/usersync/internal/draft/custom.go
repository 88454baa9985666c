package draft

import (
	"fmt"
	"strings"

	"usersync/sync/user"
)

// Custom is the API that a config describes itself: it has no client before that.
const Custom = "custom"

// customCalls describes an API of one user per call. The body has a line for each field.
const customCalls = `custom: # start: change what differs from your API; docs/custom.md explains each key
  name: my-api                        # what reports call it
  base_url: https://api.example.com   # its address; not needed with --sandbox
  account: main                       # whose users these are
  sandbox: single                     # the mock server for --sandbox; it has the calls below
  keys: theirs                        # the API makes the keys; ours: the paths hold our own {id}
  auth: {token: env:API_TOKEN}        # or user and password, key and header, client_id ...
  # calls_per_minute: 600             # its documented limit

  create:                             # replay: unsafe by default, because a second create may make a second user
    method: POST
    path: /users
    body: &user                       # their name: {our field}, with a type where it is not text
%s    answer: {remote: /id, key: /reference, code: /error/code, message: /error/message}
  update:
    method: PATCH
    path: /users/{remote}
    replay: safe                      # sending it twice is the same as once
    body: *user
    answer: {key: /reference, code: /error/code, message: /error/message}
  delete:
    method: DELETE
    path: /users/{remote}
    replay: safe
    answer: {code: /error/code, message: /error/message}
  read:                               # finds a user who is not in the ledger; also proves what a lost answer did
    path: /users
    query: {reference: "{id}"}
    answer:
      at: /users                      # a list of users that fit
      list: true
      key: /reference
      remote: /id
      fields: {%s}
`

// customSection is the section of the API in the config.
func customSection(rules []rule) string {
	body, shown := "      reference: {id}\n", []string(nil)
	for _, r := range rules {
		if r.field == user.ID || r.field == user.RemoteID {
			continue
		}
		name := string(r.field)
		holder := "{" + name + "}"
		if r.field == user.Active {
			holder = "{" + name + ":bool}"
		}
		body += fmt.Sprintf("      %s: %s\n", name, holder)
		if !r.field.IsSecret() {
			shown = append(shown, name+": /"+name)
		}
	}
	return fmt.Sprintf(customCalls, body, strings.Join(shown, ", "))
}
