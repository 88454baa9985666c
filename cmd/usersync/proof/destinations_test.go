package proof

import (
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// destination is an API to send users to, and the form of its users.
type destination struct {
	name    string
	api     string   // for `usersync sandbox --api`
	flags   []string // of the sandbox
	example string   // a file of docs/custom with the whole config
	config  string   // with URL for the address, and the secret in a separate file
	header  string
	row     func(i int, word string) string // word is what the second night changes
	id      string                          // with %d for the number
	called  func(i int, word string) string // how the sandbox's faults and attributes name the user; nil: by id
	mark    string                          // attribute by which the sandbox finds a user whose key it assigned; empty: by id
	ops     []string
	bulk    bool     // several users per call
	shapes  []string // faults in the form of an answer about several users
	shaped  []string // operations with such answers
	bare    []string // operations whose success has no body to prove it
	named   []string // operations in which the sandbox knows a user by our name; nil: all
	reads   int      // calls before an update
	asks    int      // calls before the first one about a user
	probes  int      // calls before the first create, once a night
}

// wrongSecret has the right form, but is not the sandbox's secret: the sandbox cannot
// decrypt an SSN, so a repeated create makes a second user.
const wrongSecret = "00000000-1111-2222-3333-444444444444"

var everyOp = []string{"create", "update", "delete"}

// destinations are all clients, those with several ways of sending more than once, and
// two of the APIs that a config describes: one that takes several users per call, and one
// that assigns their keys.
func destinations() []destination {
	k, s := kard(), scim()
	merge, bulk, single, put := k, s, s, s
	merge.name, merge.config, merge.ops, merge.reads = "kard, merge", strings.Replace(k.config, "put: as_is, ", "", 1), []string{"update"}, 1
	bulk.name, bulk.bulk, bulk.shapes, bulk.shaped = "scim, Bulk", true, k.shapes, everyOp
	single.name, single.flags = "scim, single", []string{"--scim-no-bulk"}
	put.name, put.flags, put.ops, put.reads = "scim, PUT", []string{"--scim-no-bulk", "--scim-no-patch"}, []string{"update"}, 1
	return []destination{
		k, merge, konstantly(), onbo(), bulk, single, put,
		{
			name: "custom, hubspot", api: "hubspot", example: "hubspot.yaml", header: "id,email,first_name,last_name", id: "c-%d", ops: []string{"create", "update"}, bulk: true,
			shapes: []string{"short", "nodata", "shuffle", "foreign", "double"}, shaped: []string{"create", "update"},
			row: func(i int, word string) string { return fmt.Sprintf("c-%d,user%d@example.com,%s,Byrne", i, i, word) },
		},
		{
			name: "custom, single", api: "single", example: "single.yaml", header: "id,email,name,active", id: "s-%d", mark: "reference", ops: everyOp,
			named: []string{"create", "update"},
			row: func(i int, word string) string {
				return fmt.Sprintf("s-%d,user%d@example.com,%s Byrne,yes", i, i, word)
			},
		},
	}
}

func kard() destination {
	return destination{
		name: "kard", api: "kard", header: header, id: "u-%d", ops: everyOp, bulk: true, asks: 1,
		shapes: []string{"short", "noid", "noid=blind", "nodata", "shuffle", "foreign", "double", "number", "both"}, shaped: []string{"create"},
		config: "to: kard\nkard: {base_url: URL, organization: any, put: as_is, auth: {client_id: any, client_secret: file:secret}}",
		row: func(i int, word string) string {
			return fmt.Sprintf("u-%d,%s%d@example.com,+1415555%04d,00501,1980,CARDLINKED,true", i, word, i, i)
		},
	}
}

func konstantly() destination {
	return destination{
		name: "konstantly", api: "konstantly", header: "id,name,email,password,role", id: "E%d", ops: everyOp, bare: []string{"update", "delete"},
		config: "to: konstantly\nkonstantly: {base_url: URL/openapi/v1, auth: {key: file:secret}}",
		row: func(i int, word string) string {
			return fmt.Sprintf("E%d,%s Okafor,user%d@example.com,Tangerine-42-Sky,learner", i, word, i)
		},
	}
}

func scim() destination {
	return destination{
		api: "scim", header: "id,userName,name.givenName,name.familyName,emails[work].value", id: "e-%d", mark: "externalId", asks: 1, ops: everyOp,
		config: "to: scim\nscim: {base_url: URL, auth: {token: file:secret}}",
		row: func(i int, word string) string {
			return fmt.Sprintf("e-%d,user%d,%s,Keller,user%d@example.com", i, i, word, i)
		},
	}
}

func onbo() destination {
	return destination{
		name: "onbo", api: "onbo", probes: 1, id: "c-%d", ops: everyOp, mark: "email", named: []string{"create"},
		config: "to: onbo\nonbo: {base_url: URL/v1, delete: true, auth: {client_id: any, secret_key: file:secret}}",
		header: "id,first_name,last_name,email,phone,dob,ssn,address_line_1,city,state,zip_code,country",
		row: func(i int, word string) string {
			return fmt.Sprintf("c-%d,%s,Dufresne,user%d@example.com,616672%04d,1988-05-16,987-65-%04d,%d Stansfield Dr,Zionsville,PA,18092,US", i, word, i, i%10000, i%10000, i)
		},
		called: func(i int, _ string) string { return fmt.Sprintf("user%d@example.com", i) },
	}
}

// calls is how the sandbox's faults and attributes name a user.
func (d destination) calls(i int, word string) string {
	if d.called != nil {
		return d.called(i, word)
	}
	return fmt.Sprintf(d.id, i)
}

// startSandbox starts the API without any users.
func (d destination) startSandbox(t testing.TB, flags ...string) *sandbox {
	t.Helper()
	return startSandbox(t, slices.Concat([]string{"--api", d.api}, d.flags, flags)...)
}

// configure writes a config for the sandbox, with additional lines, and returns the flags
// that name it.
func (d destination) configure(t testing.TB, api *sandbox, lines ...string) []string {
	t.Helper()
	text, flags := strings.ReplaceAll(d.config, "URL", api.url), []string(nil)
	if d.example != "" {
		shipped, err := os.ReadFile(filepath.Join("../../../docs/custom", d.example))
		if err != nil {
			t.Fatal(err)
		}
		text, flags = secretOf.ReplaceAllString(string(shipped), "file:secret"), []string{"--base-url", api.url}
	}
	dir := t.TempDir()
	for name, text := range map[string]string{
		"usersync.yaml": text + "\nrate: unlimited\n" + strings.Join(append(lines, api.timeout()), "\n") + "\n", "secret": wrongSecret,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return append(flags, "--config", filepath.Join(dir, "usersync.yaml"))
}

var secretOf = regexp.MustCompile(`env:[A-Z_]+`)

// write writes a file of n users, numbers 1 to n.
func (d destination) write(t testing.TB, n int, word string) string {
	t.Helper()
	rows := []string{d.header}
	for i := range n {
		rows = append(rows, d.row(i+1, word))
	}
	return lines(t, rows...)
}

// heldState is what an API holds of a user of the file.
type heldState struct {
	created, now int      // how many users were created for it, and how many exist now
	remotes      []string // their keys, if the API assigns them
	attributes   string
}

// holds asks what the API holds of user i, who was first sent with word.
func (d destination) holds(t testing.TB, api *sandbox, i int, word string) (k heldState) {
	t.Helper()
	if d.mark == "" {
		u := api.user(t, fmt.Sprintf(d.id, i))
		if u.Held {
			k.now = 1
		}
		k.created, k.attributes = u.Created, textOf(t, u.Attributes)
		return k
	}
	var m struct {
		Created int
		Keys    []string
	}
	query := url.Values{"mark": {d.mark}, "value": {d.calls(i, word)}}
	api.ask(t, query.Encode(), func(body io.Reader) error { return json.NewDecoder(body).Decode(&m) })
	k.created, k.now, k.remotes = m.Created, len(m.Keys), m.Keys
	if len(m.Keys) > 0 {
		k.attributes = textOf(t, api.user(t, m.Keys[0]).Attributes)
	}
	return k
}

func textOf(t testing.TB, attributes map[string]any) string {
	t.Helper()
	b, err := json.Marshal(attributes)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
