package custom

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// Every mistake names its line, and the nearest right key or what to do.
func TestMistakesInTheSection(t *testing.T) {
	for _, test := range []struct {
		text string
		line int // in the section, where name: is on line 2
		want string
		word string // a word of the hint
	}{
		{"creat: {path: /u}", 3, "key custom.creat is not known", "create"},
		{"create:\n  metod: POST", 4, "key custom.create.metod is not known", "method"},
		{"create:\n  path: /u\n  answer:\n    errors: {at: /e, kay: /id}", 6, "custom.create.answer.errors.kay", "key"},
		{"create: [1]", 3, "custom.create must hold keys and values", ""},
		{"create: {path: /u, method: GET}", 3, "must be POST, PUT, PATCH or DELETE", "PATCH"},
		{"create: {path: /u}\ncreate: {path: /v}", 4, "custom.create is given twice", ""},
		{"create: {path: u}", 3, "must begin with /", ""},
		{"create: {path: \"/u?x=1\"}", 3, "parameters go under query", ""},
		{"create: {path: \"/u/{id\"}", 3, "an unmatched brace", ""},
		{"create: {path: \"/u/{id:numbr}\"}", 3, "unknown form", "number"},
		{"create: {method: POST}", 3, "custom.create has no path", ""},
		{"create: {item: {id: \"{id}\"}, answer: {absent: succeeded}}", 3, "custom.create has no path", ""},
		{"create: {path: /u, batch: 0}", 3, "at least 1", ""},
		{"create: {path: /u, batch: two}", 3, "whole number", ""},
		{"create: {path: /u, batch: 5}", 3, "has batch: and no item:", ""},
		{"create: {path: /u, item: {id: \"{id}\"}}", 3, "its answer describes none", ""},
		{"create: {path: /u, item: {a: 1}, body: {b: 2}}", 3, "needs {items} once", ""},
		{"create: {path: /u, item: {a: 1}, body: {b: \"{items}\", c: \"{email}\"}}", 3, "names a user outside of item:", ""},
		{"create: {path: /u, body: {b: \"{items}\"}}", 3, "has {items} and no item:", ""},
		{"create: {path: /u, item: {a: \"{items}\"}, answer: {absent: succeeded}}", 3, "has {items} inside of item:", ""},
		{"create: {path: /u, item: [{items}], body: {b: 1}, answer: {absent: succeeded}}", 3, "has {items} inside of item:", ""},
		{"create: {path: /u, body: {b: \"x {others}\"}}", 3, "inside a text", ""},
		{"create: {path: /u, body: &b {again: *b}}", 3, "or itself", ""},
		{"create: {path: /u, body: {b: .inf}}", 3, "JSON cannot write", ""},
		{"create: {path: /u, body: {b: !!bool perhaps}}", 3, "JSON cannot write", ""},
		{"clear: !!bool \"\"\ncreate: {path: /u}", 3, "JSON cannot write", ""},
		{"auth: {token_headers: {X-N: \"{n:list}\"}}\ncreate: {path: /u}", 3, "custom.auth.token_headers.X-N", ""},
		{"create: {path: \"/u/{id}\", item: {a: 1}, answer: {absent: succeeded}}", 3, "names a user in its path", ""},
		{"create: {path: /u, headers: {X-A: \"{email}\"}, item: {a: 1}, answer: {absent: succeeded}}", 3, "names a user in X-A", ""},
		{"create: {path: /u, headers: {\"X A\": b}}", 3, "not the name of a header", ""},
		{"create: {path: /u, replay: maybe}", 3, "must be unsafe, detectable or safe", "safe"},
		{"create: {path: /u, answer: {absent: created}}", 3, "must be in_doubt, succeeded or failed", ""},
		{"create: {path: /u, item: {a: 1}, answer: {absent: succeeded, key: /id}}", 3, "is about one", ""},
		{"create: {path: /u, answer: {absent: failed}}", 3, "has no effect", ""},
		{"create: {path: /u, answer: {means: {409: exist}}}", 3, "must be done", "exists"},
		{"create: {path: /u, answer: {buckets: {failed: refused}}}", 3, "JSON pointers", ""},
		{"create: {path: /u, answer: {errors: {key: /id}}}", 3, "has no at:", ""},
		{"create: {path: /u, answer: {errors: {at: /e}}}", 3, "which user an entry is about", ""},
		{"create: {path: /u, answer: {errors: {at: e, key: /id}}}", 3, "must be a JSON pointer", ""},
		{"create: {path: /u, answer: {errors: {at: /e~2, key: /id}}}", 3, "must be a JSON pointer", ""},
		{"create: {path: /u, answer: {errors: {at: /e, pointer: /p}}}", 3, "pointer: and below: together", ""},
		{"create: {path: /u, answer: {results: {at: /r, by: position, key: /id}}}", 3, "by: position and a key", ""},
		{"create: {path: /u, body: {x: \"{remote}\"}}", 3, "but keys: is ours", ""},
		{"keys: theirs\ncreate: {path: /u}", 4, "does not say where the answer shows the key", ""},
		{"keys: mine\ncreate: {path: /u}", 3, "must be ours or theirs", ""},
		{"upsert: {path: /u}\ncreate: {path: /u}", 4, "cannot be combined with upsert", ""},
		{"create: {path: /u}\nupsert: {path: /u}", 4, "cannot be combined with create or update", ""},
		{"calls_per_minute: 5", 2, "has no call", ""},
		{"update: {path: /u, merge: true}", 3, "there is no read:", ""},
		{"create: {path: /u, merge: true}", 3, "only an update of one user", ""},
		{"update: {path: /u, merge: true, body: {a: \"{others}\"}}\nread: {path: /u}", 3, "merge: and {others}", ""},
		{"update: {path: /u, merge: true, body: {a: \"{email}\"}}\nread: {path: /u}", 4, "does not show email", ""},
		{"update: {path: /u, body: {a: \"{email}\"}}\nread: {path: /u, answer: {fields: {emial: /e}}}", 4, "names emial, which no call sends", "email"},
		{"update: {path: /u}\nread: {path: /u, answer: {list: true}}", 4, "which one to take", ""},
		{"probe: {path: \"/u/{id}\"}\ncreate: {path: /u}", 3, "names a user", ""},
		{"probe: {path: /me, query: {mail: \"{email}\"}}\ncreate: {path: /u}", 3, "names a user", ""},
		{"probe: {query: {a: b}}\ncreate: {path: /u}", 3, "has no path", ""},
		{"probe: {path: /me, method: POST}\ncreate: {path: /u}", 3, "method", ""},
		{"auth: {token: hunter2}\ncreate: {path: /u}", 3, "a secret in clear text", ""},
		{"auth: {token: env:UNSET}\ncreate: {path: /u}", 3, "environment variable UNSET is not set", ""},
		{"auth: {key: env:K}\ncreate: {path: /u}", 3, "no header for it", ""},
		{"auth: {style: fancy}\ncreate: {path: /u}", 3, "must be basic, form or json", ""},
		{"auth: {hmac: {key: env:K, headers: {X-S: \"{signature}\"}}}\ncreate: {path: /u}", 3, "needs text: and headers:", ""},
		{"auth: {hmac: {text: x, headers: {X-S: \"{signature}\"}}}\ncreate: {path: /u}", 3, "has no key", ""},
		{"auth: {hmac: {key: env:K, text: \"{pth}\", headers: {X-S: \"{signature}\"}}}\ncreate: {path: /u}", 3, "unknown place", "path"},
		{"auth: {hmac: {key: env:K, text: \"{body:sha265}\", headers: {X-S: \"{signature}\"}}}\ncreate: {path: /u}", 3, "unknown hash", "sha256"},
		{"auth: {hmac: {key: env:K, text: \"{signature}\", headers: {X-S: \"{signature}\"}}}\ncreate: {path: /u}", 3, "its own signature", ""},
		{"auth: {hmac: {key: env:K, text: x, headers: {X-S: \"{body}\"}}}\ncreate: {path: /u}", 3, "a header cannot carry", ""},
		{"patterns: {phon: x}\ncreate: {path: /u, body: {p: \"{phone}\"}}", 2, "names phon, which no call sends", "phone"},
		{"required: [emial]\ncreate: {path: /u, body: {p: \"{email}\"}}", 2, "names emial, which no call sends", "email"},
		{"patterns: {phone: \"[\"}\ncreate: {path: /u}", 3, "not a regular expression", ""},
		{"clear: none\ncreate: {path: /u}", 3, "must be null", ""},
		{"http2: sure\ncreate: {path: /u}", 3, "true or false", ""},
		{"limits: {remaing: X-Left}\ncreate: {path: /u}", 3, "custom.limits.remaing", "remaining"},
	} {
		_, err := decode(t, test.text)
		var wrong *Error
		if !errors.As(err, &wrong) {
			t.Errorf("%q: %v", test.text, err)
			continue
		}
		if text := wrong.Rule + " " + wrong.Hint; !strings.Contains(text, test.want) || wrong.Line != test.line {
			t.Errorf("%q: line %d: %s\nwant line %d: %s", test.text, wrong.Line, text, test.line, test.want)
		}
		if test.word != "" && !slices.Contains(wrong.Known, test.word) {
			t.Errorf("%q: %q is not among %v", test.text, test.word, wrong.Known)
		}
		if strings.Contains(err.Error(), "hunter2") || !strings.HasPrefix(err.Error(), "config line ") {
			t.Errorf("%q: %v", test.text, err)
		}
	}
}

// The sandbox needs no credentials, so they are not read.
func TestSandboxesReadNoCredentials(t *testing.T) {
	config, err := Decode(section(t, `
custom:
  name: acme
  auth: {token: env:UNSET, hmac: {key: env:UNSET, text: x, headers: {X-S: "{signature}"}}}
  create: {path: /u}
`), nil)
	if err != nil || config.REST.Auth.Token.Reveal() != "" || config.hmac != nil {
		t.Errorf("%+v %v", config, err)
	}
}

func TestNamesAndSums(t *testing.T) {
	one := section(t, "custom: {auth: {token: env:A, user: env:B}, create: {path: /u}}")
	if names := Variables(one); !slices.Equal(names, []string{"A", "B"}) {
		t.Error(names)
	}
	if Variables(nil) != nil {
		t.Error("names out of nothing")
	}
	if again := section(t, "custom:\n  auth: {token: env:A, user: 'env:B'}\n  # a comment\n  create:\n    path: /u\n"); Sum(again) != Sum(one) {
		t.Error("another style is another description")
	}
	if shown := section(t, "custom:\n  auth: {token: env:A, user: 'env:B'}\n  words: [tenant]\n  create:\n    path: /u\n"); Sum(shown) != Sum(one) {
		t.Error("words: changes what is sent")
	}
	if elsewhere := section(t, "p: &p /v\ncustom: {auth: {token: env:A, user: env:B}, create: {path: *p}}"); Sum(elsewhere) == Sum(one) {
		t.Error("what an alias stands for does not count")
	}
	two := section(t, "custom: {auth: {token: env:A, user: env:B}, create: {path: /v}}")
	if Sum(one) == Sum(two) || len(Sum(one)) != 16 {
		t.Errorf("%s %s", Sum(one), Sum(two))
	}
	if !Knows("create") || !Knows("auth") || Knows("rate") {
		t.Error("the keys of the section are not known")
	}
}

// Equal parts can be written once.
func TestPartsCanBeGivenAgain(t *testing.T) {
	got := sending(t, `
create: {path: /u, body: &user {id: "{id}"}}
update: {path: "/u/{id}", method: PUT, body: {user: *user}}
`, people("update", "a"))
	if got.line != "PUT /u/a" || got.body != `{"user":{"id":"a"}}` {
		t.Errorf("%+v", got)
	}
}
