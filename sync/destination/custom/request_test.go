package custom

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"usersync/sync/destination"
	"usersync/sync/destination/destinationtest/expect"
	"usersync/sync/user"
)

// nasty is a user whose values try to break out of their placeholders.
func nasty() *user.Record {
	return &user.Record{Op: user.Upsert, User: user.User{
		ID: `../a?b#c/"d"`,
		Attributes: []user.Attribute{
			attribute(user.Email, `x","admin":true,"y":"`),
			attribute(user.FirstName, `{last_name}`),
			attribute(user.City, "A&b=c d"),
			{Field: "extra.height", Value: user.JSONValue("1.80")},
			{Field: "extra.tags", Value: user.JSONValue(`["a","b"]`)},
			{Field: "extra.big", Value: user.JSONValue("12345678901234567890")},
			attribute("extra.age", " 42 "),
			attribute(user.Active, "Yes"),
			attribute(user.Groups, "red; blue"),
			attribute("extra.raw", `{"k": [1, null]}`),
		},
		Secrets: []user.SecretAttribute{{Field: user.Password, Value: user.NewSecret(`p"w`)}},
	}}
}

func TestValuesStayInTheirPlacesAndKeepTheirTypes(t *testing.T) {
	got := sending(t, `
create:
  path: /tenants/{account}/users/{id}/x
  query: {who: "{city}", none: "{phone}", fixed: "1 2"}
  headers: {X-User: "is {city}", X-None: "{phone}"}
  body:
    email: {email}
    name: "{first_name}, {{literally}}"
    literal: {nothing: null, yes: true, n: 1.50, at: 2024-01-31, list: [1, two, {first_name}]}
    height: {extra.height}
    tall: {extra.height:text}
    tags: {extra.tags}
    big: {extra.big}
    age: {extra.age:number}
    active: {active:bool}
    groups: {groups:list}
    raw: {extra.raw:json}
    password: {password}
    url: "/users/{id:url}"
    phone: {phone}
    nested: {deep: {phone: {phone}}, also: "tel {phone}"}
    phones: ["{phone}"]
    empty: {}
`, batch(user.Create, nasty()))
	const path = "POST /tenants/acme%2F1/users/..%2Fa%3Fb%23c%2F%22d%22/x?fixed=1+2&who=A%26b%3Dc+d"
	const body = `{"email":"x\",\"admin\":true,\"y\":\"","name":"{last_name}, {literally}",` +
		`"literal":{"nothing":null,"yes":true,"n":1.50,"at":"2024-01-31","list":[1,"two","{last_name}"]},` +
		`"height":1.80,"tall":"1.80","tags":["a","b"],"big":12345678901234567890,"age":42,"active":true,"groups":["red","blue"],"raw":{"k": [1, null]},` +
		`"password":"p\"w","url":"/users/..%2Fa%3Fb%23c%2F%22d%22","empty":{}}`
	if got.line != path {
		t.Errorf("called %s\n  want %s", got.line, path)
	}
	if got.body != body {
		t.Errorf("sent %s\nwant %s", got.body, body)
	}
	if got.header.Get("X-User") != "is A&b=c d" || len(got.header["X-None"]) > 0 {
		t.Errorf("headers %v", got.header)
	}
}

func TestSeveralUsersInOneBody(t *testing.T) {
	got := sending(t, `
create:
  path: /users
  batch: 3
  item: {id: {n:text}, n: {n}, user: {id}, rest: {others}}
  body: {tenant: {account}, dry: false, users: {items}}
  answer: {absent: succeeded}
`, batch(user.Create, someone("a", attribute("extra.plan", "free"), attribute("Shoe Size", "9")), someone("b")))
	const want = `{"tenant":"acme/1","dry":false,"users":[{"id":"0","n":0,"user":"a","rest":{"plan":"free","Shoe Size":"9"}},{"id":"1","n":1,"user":"b"}]}`
	if got.body != want {
		t.Errorf("sent %s\nwant %s", got.body, want)
	}
	got = sending(t, `create: {path: /users, batch: 2, item: {id: "{id}"}, answer: {absent: succeeded}}`, people(user.Create, "a", "b"))
	if got.body != `[{"id":"a"},{"id":"b"}]` {
		t.Errorf("without an envelope: %s", got.body)
	}
}

// A column that is named like a placeholder is sent with the others, and not what the placeholder is.
func TestColumnsNamedLikePlaceholders(t *testing.T) {
	got := sending(t, `create: {path: "/{account}", batch: 2, item: {id: "{id}", n: "{n}", rest: "{others}"}, body: {users: "{items}"}, answer: {absent: succeeded}}`,
		batch(user.Create, someone("a", attribute("account", "savings"), attribute("n", "9"), attribute("others", "x"), attribute("items", "y"), attribute("remote", "z"))))
	const want = `{"users":[{"id":"a","n":0,"rest":{"account":"savings","n":"9","others":"x","items":"y","remote":"z"}}]}`
	if got.body != want {
		t.Errorf("sent %s\nwant %s", got.body, want)
	}
}

func TestCredentials(t *testing.T) {
	for auth, want := range map[string]http.Header{
		"{token: env:T}":                  {"Authorization": {"Bearer value-of-T"}},
		"{user: ann, password: env:P}":    {"Authorization": {"Basic YW5uOnZhbHVlLW9mLVA="}},
		"{key: env:K, header: X_API_Key}": {"X_api_key": {"value-of-K"}},
	} {
		got := sending(t, "auth: "+auth+"\ncreate: {path: /users, body: {id: \"{id}\"}}", people(user.Create, "a"))
		for name, values := range want {
			if got.header.Get(name) != values[0] {
				t.Errorf("%s: %v", auth, got.header)
			}
		}
	}
}

func TestFixedHeaders(t *testing.T) {
	got := sending(t, "headers: {Prefer: respond-async, X-Org: \"{account}\", X-Secret: env:S}\nmedia: application/vnd.api+json\ncreate: {path: /users, body: {}, headers: {X-One: \"1\"}}", people(user.Create, "a"))
	for name, want := range map[string]string{
		"Prefer": "respond-async", "X-Org": "acme/1", "X-Secret": "value-of-S", "X-One": "1", "Content-Type": "application/vnd.api+json", "Accept": "application/vnd.api+json",
	} {
		if got.header.Get(name) != want {
			t.Errorf("%s: %q", name, got.header.Get(name))
		}
	}
}

// A cleared field is sent only as the config says.
func TestClearing(t *testing.T) {
	gone := someone("a", user.Attribute{Field: user.Phone, Value: user.Value{Kind: user.Clear}})
	for clear, want := range map[string]string{"clear: null\n": `{"phone":null}`, "clear: \"\"\n": `{"phone":""}`} {
		section := clear + `create: {path: /users, body: {phone: "{phone}"}}`
		if got := sending(t, section, batch(user.Create, gone)); got.body != want {
			t.Errorf("%q: sent %s, want %s", clear, got.body, want)
		}
	}
	c := client(t, `create: {path: /users, body: {phone: "{phone}"}}`, "http://127.0.0.1:1")
	if err := c.Check(gone); err == nil || !strings.Contains(err.Error(), "cannot be cleared") {
		t.Errorf("without clear: %v", err)
	}
}

func TestTooManyBytesAreTakenApart(t *testing.T) {
	c := client(t, `create: {path: /users, batch: 3, max_bytes: 40, item: {id: "{id}"}, answer: {absent: succeeded}}`, "http://127.0.0.1:1")
	_, err := c.Apply(t.Context(), people(user.Create, "aaaaaaaaaa", "bbbbbbbbbb", "cccccccccc"))
	if ce := expect.CallError(t, err); ce == nil || ce.Fault != destination.RefusedWhole || ce.Status != 413 {
		t.Errorf("%v", err)
	}
	if err := c.Check(someone(strings.Repeat("x", 60))); err == nil || !strings.Contains(err.Error(), "max_bytes") {
		t.Errorf("alone: %v", err)
	}
}

// Users whose key in the API is not known are not sent; the others are.
func TestUnknownRemotes(t *testing.T) {
	c := answering(t, `
keys: theirs
create: {path: /users, answer: {remote: /id}}
update: {path: /users, batch: 3, item: {id: "{remote}"}, answer: {absent: succeeded}}
`, 200, `{}`)
	b := people(user.Update, "a", "b", "c")
	b.Records[1].Remote = "r-b"
	outcomes, err := c.Apply(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []user.Status{user.Invalid, user.Updated, user.Invalid} {
		if outcomes[i].Status != want {
			t.Errorf("%d: %+v", i, outcomes[i])
		}
	}
}

func TestTokensAreAskedForWithScopes(t *testing.T) {
	var asked string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/token" {
			body, _ := io.ReadAll(r.Body)
			asked = string(body) + " " + r.Header.Get("X-Tenant")
			io.WriteString(w, `{"access_token":"fresh-token","expires_in":3600}`)
			return
		}
		if r.Header.Get("Authorization") != "Bearer fresh-token" {
			w.WriteHeader(401)
		}
		io.WriteString(w, "{}")
	}))
	defer server.Close()
	c := client(t, `
auth: {client_id: env:I, client_secret: env:S, token_url: "`+server.URL+`/token", style: form, scopes: [a, b], token_headers: {X-Tenant: t-1}}
create: {path: /users, body: {}}
`, server.URL)
	if o, err := c.Apply(t.Context(), people(user.Create, "a")); err != nil || o[0].Status != user.Created {
		t.Fatal(o, err)
	}
	if asked != "client_id=value-of-I&client_secret=value-of-S&grant_type=client_credentials&scope=a+b t-1" {
		t.Error(asked)
	}
}

// Every attempt has its own signature.
func TestSignaturesDoNotGrowOld(t *testing.T) {
	got := sending(t, `
auth: {hmac: {key: env:K, text: "{epoch}", headers: {X-Sig: "{signature}"}}}
create: {path: /users, body: {}}
`, people("create", "a"))
	if len(got.header.Get("X-Sig")) != 64 {
		t.Errorf("%v", got.header)
	}
}
