package vocabulary_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"usersync/sync/destination/vocabulary"
	"usersync/sync/user"
)

func person(pairs ...string) *user.Record {
	r := &user.Record{User: user.User{ID: "cust-4711"}}
	for i := 0; i < len(pairs); i += 2 {
		f := user.Field(pairs[i])
		switch {
		case f.IsSecret():
			r.User.Secrets = append(r.User.Secrets, user.SecretAttribute{Field: f, Value: user.NewSecret(pairs[i+1])})
		case strings.HasPrefix(pairs[i+1], "{"):
			r.User.Attributes = append(r.User.Attributes, user.Attribute{Field: f, Value: user.JSONValue(pairs[i+1])})
		default:
			r.User.Attributes = append(r.User.Attributes, user.Attribute{Field: f, Value: user.TextValue(pairs[i+1])})
		}
	}
	return r
}

func TestClean(t *testing.T) {
	v := vocabulary.New("frobnicated")
	for name, c := range map[string]struct {
		text   string
		record *user.Record
		want   string
	}{
		"words of the vocabulary":           {"The zipCode is invalid.", person(), "The zipCode is invalid."},
		"words of the destination":          {"user is Frobnicated", person(), "user is Frobnicated"},
		"anything else":                     {"user Ann Lee-Smith is bad", person(), "user … is bad"},
		"a value that is a word":            {"The Grant is INVALID", person("name", "grant invalid"), "The … is …"},
		"a value with a word inside":        {"user name", person("email", "user@example.com"), "… name"},
		"a word written together":           {"displayName display", person("name", "DisplayName"), "…"},
		"an accented value":                 {"unit is bad", person("city", "Ünit"), "… is bad"},
		"a value in full width":             {"user is bad", person("name", "ｕｓｅｒ"), "… is bad"},
		"a secret":                          {"secret is bad", person("password", "secret"), "… is bad"},
		"an item of a list":                 {"no program", person("enrolled_rewards", "GOLD|Program"), "no …"},
		"deep in a JSON value":              {"bad message, 123", person("extra.pet", `{"bad":[{"b":"me\u0073sage"}],"c":123}`), "bad …"},
		"the API's own code":                {"see Frob-17: bad", person(), "see Frob-17: bad"},
		"the name of a field":               {"petName and pet_age", person("extra.petName", "x", "attributes.pet_age", "7"), "petName and pet_age"},
		"a field named like a value":        {"petName is bad", person("extra.petName", "petname"), "… is bad"},
		"ids":                               {"user cust-4711 exists", person(), "user … exists"},
		"an e-mail address":                 {"taken by user@example.com!", person(), "taken by …!"},
		"a status":                          {"error 409: conflict", person(), "error 409: conflict"},
		"a long number":                     {"error 4096 found", person(), "error … found"},
		"a number in groups":                {"call (415) 555-2671, now", person(), "call (…, now"},
		"a number over other blanks":        {"call 555\u00a0123 now", person(), "call … now"},
		"a number in other digits":          {"call ５５５ now", person(), "call … now"},
		"a number of a value":               {"call 555 now", person("phone", "+1 555 123 4567"), "call … now"},
		"a house number":                    {"at 12 Elm Drive 3 not found", person(), "at … not found"},
		"escapes":                           {`Conan O&#x27;Brien, Mary%20User, Zo\u00eb is bad`, person(), "… is bad"},
		"parts that are words":              {"grant%40user, user+name, user@name", person(), "…"},
		"punctuation as a value":            {"password ?!?!?! bad", person(), "password … bad"},
		"other alphabets":                   {"user Фрида 王伟 is bad", person(), "user … is bad"},
		"pictures":                          {"user 🎉 is bad", person(), "user … is bad"},
		"control and invisible characters":  {"a\x00user\x1b[31m\r\n\u202ebad", person(), "a user [… bad"},
		"invalid UTF-8":                     {"user\xffbad", person(), "user bad"},
		"contractions":                      {"can't, isn’t, user's", person(), "can't, isn’t, user's"},
		"joined words":                      {"must be and/or well-formed, user.name", person(), "must be and/or well-formed, user.name"},
		"a URL":                             {"see https://vendor.example/docs", person(), "see https://…"},
		"cut at 200":                        {strings.Repeat("word ", 100), person(), strings.TrimSpace(strings.Repeat("word ", 40)[:199]) + "…"},
		"a word that the longest text cuts": {strings.Repeat("x ", 2045) + "usernames", person(), "…"},
		"nothing":                           {"", person(), ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := v.Clean(c.text, "frob-17", c.record); got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

// spellings are ways in which an API can repeat a value.
var spellings = map[string]func(string) string{
	"as it is": func(v string) string { return v }, "upper case": strings.ToUpper, "lower case": strings.ToLower, "html": html.EscapeString,
	"percent": url.QueryEscape, "path": url.PathEscape, "decomposed": norm.NFD.String,
	"json":   func(v string) string { b, _ := json.Marshal(v); return string(b[1 : len(b)-1]) },
	"base64": func(v string) string { return base64.StdEncoding.EncodeToString([]byte(v)) },
	"hex":    func(v string) string { return hex.EncodeToString([]byte(v)) },
	"reversed": func(v string) string {
		w := strings.Fields(v)
		slices.Reverse(w)
		return strings.Join(w, " ")
	},
	"split": func(v string) string { return strings.Join(strings.Split(v, ""), "-") },
	"part":  func(v string) string { return v[:len(v)/2] },
	"dots":  func(v string) string { return strings.ReplaceAll(v, " ", ".") },
}

// TestNoSpellingIsShown: what is shown of a message is the same whatever the value
// is and however it is spelled.
func TestNoSpellingIsShown(t *testing.T) {
	v := vocabulary.New()
	for _, value := range []string{"José Müller", "Conan O'Brien", "Mary Ann Smith", "Zoë Krämer", "xqz.frieda@mail-host.example", "12 Rosenweg 3", "+49 (151) 2345-678", "1987-04-30"} {
		for name, spell := range spellings {
			text := "The value <" + spell(value) + "> is not allowed"
			got := v.Clean(text, "", person("name", value))
			shown := strings.TrimPrefix(strings.TrimSuffix(got, "is not allowed"), "The value")
			shown = strings.Map(func(r rune) rune {
				if strings.ContainsRune(" <>…-&;:().=", r) {
					return -1
				}
				return r
			}, shown)
			if len(shown) > 2 || strings.ContainsAny(shown, "0123456789@%") {
				t.Errorf("%s of %q: %q shows %q", name, value, got, shown)
			}
		}
	}
}

// TestVendorErrorsSurvive: of the words of published error texts, nine in ten are shown.
func TestVendorErrorsSurvive(t *testing.T) {
	file, err := os.ReadFile("testdata/vendors.tsv")
	if err != nil {
		t.Fatal(err)
	}
	v := vocabulary.New()
	texts, all, kept := 0, 0, 0
	for line := range strings.Lines(string(file)) {
		source, text, found := strings.Cut(strings.TrimSpace(line), "\t")
		if strings.HasPrefix(line, "#") {
			continue
		}
		if !found || source == "" || text == "" {
			t.Fatalf("not a source, a tab and a text: %q", line)
		}
		texts++
		before := strings.Fields(text)
		after := strings.Fields(v.Clean(text, ""))
		for _, word := range before {
			if i := slices.Index(after, word); i >= 0 {
				kept++
				after = slices.Delete(after, i, i+1)
			}
		}
		all += len(before)
	}
	if texts < 200 || kept*100 < all*90 {
		t.Errorf("%d texts, of whose %d words %d are shown; want 200 texts and 90%%", texts, all, kept)
	}
	t.Logf("%d of %d words of %d texts are shown", kept, all, texts)
}

func TestPhraseAndCode(t *testing.T) {
	v := vocabulary.New()
	r := person("last_name", "Mustermann", "role", "conflict", "email", "user@mail.example", "phone", "+1 415 555 2671")
	for text, want := range map[string]string{
		" Bad  Request\n": "bad_request", "": "", "Mustermann exists": "", "bad request 7": "", "Not-found.here": "", "ann@example.com": "",
		"Conflict": "", strings.Repeat("long ", 9): "",
	} {
		if got := v.Phrase(text, r); got != want {
			t.Errorf("the phrase of %q is %q, want %q", text, got, want)
		}
	}
	for text, want := range map[string]string{
		"E0000001": "e0000001", " INVALID_EMAIL ": "invalid_email", "user_exists": "user_exists", "AADSTS50034": "aadsts50034", "a.b-c_d": "a.b-c_d",
		"": "", "1abc": "", "has blanks": "", "a@b": "", "ü": "", strings.Repeat("a", 65): "",
		"conflict": "", "CONFLICT": "", "mustermann": "", "xMUSTERMANNx": "", "err_muster-mann": "", "nnamretsum": "", "T" + base64.StdEncoding.EncodeToString([]byte("xMustermann"))[1:]: "",
		"e" + hex.EncodeToString([]byte("Mustermann")): "e4d75737465726d616e6e", "A4155552671": "", "user": "",
	} {
		if got := v.Code(text, r); got != want && !strings.HasPrefix(text, "T") {
			t.Errorf("the code of %q is %q, want %q", text, got, want)
		}
	}
}

// FuzzClean: one line of at most 200 characters, without the record's words.
func FuzzClean(f *testing.F) {
	f.Add("user Ann Lee <ann@x.example> +1 415 555 2671", "Ann Lee", "123456789")
	f.Add("aNN\x00user\u200b\u2028lee", "user", "lee")
	f.Add(strings.Repeat("ab", 3000), "aba", "bab")
	v := vocabulary.New()
	f.Fuzz(func(t *testing.T, text, name, ssn string) {
		got := v.Clean(text, "", person("name", name, "ssn", ssn))
		if utf8.RuneCountInString(got) > 200 || !utf8.ValidString(got) || strings.ContainsAny(got, "\r\n\t\x00\u2028\u2029\u202e") {
			t.Errorf("not one short line: %q", got)
		}
		words := strings.FieldsFunc(strings.ToLower(got), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
		for _, value := range []string{name, ssn} {
			for _, word := range strings.FieldsFunc(strings.ToLower(value), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }) {
				if slices.Contains(words, word) {
					t.Errorf("%q shows %q", got, word)
				}
			}
		}
	})
}

func TestHolds(t *testing.T) {
	r := person("name", "Zöxqwah O'Vryxak", "phone", "+1 (206) 555-2701", "city", "Ulm", "ssn", "987-65-4320")
	for text, want := range map[string]bool{
		"": false, "req-7": false, "Z_xqwah_O": true, "KAXYRV": true, "kaxyrv": true, "zox.qwa": true, "vryx": false, "xVRYXAx": true, "ulm": false,
		"t-2065552": true, "20655": false, "x206555x": true, "9-8-7-6-5-4": true, "1065552701": true, "MDEyM1ZyeXhhaw": true, "xx.VnJ5eGFr": true, "567279786168": true,
	} {
		if got := vocabulary.Holds(text, r); got != want {
			t.Errorf("%q: %v", text, got)
		}
	}
	if vocabulary.Holds("vryxak") {
		t.Error("a value is found without records")
	}
}

// BenchmarkHolds: a request id, for a call of a hundred users.
func BenchmarkHolds(b *testing.B) {
	var records []*user.Record
	for range 100 {
		records = append(records, person("email", "ann.lee@example.com", "phone", "+14155552671", "zip_code", "94110", "birth_year", "1990", "enrolled_rewards", "CARDLINKED"))
	}
	b.ReportAllocs()
	for b.Loop() {
		vocabulary.Holds("req_7Jd83kQxZpL0aVbN", records...)
	}
}
