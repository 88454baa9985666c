package proof

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// spellings are the ways in which the hostile API repeats a value.
var spellings = []func(string) string{
	func(v string) string { return v },
	strings.ToUpper,
	html.EscapeString,
	url.QueryEscape,
	norm.NFD.String,
	func(v string) string { b, _ := json.Marshal(v); return strings.Trim(string(b), `"`) }, // a string is never an error
	func(v string) string { return base64.StdEncoding.EncodeToString([]byte(v)) },
	func(v string) string { return hex.EncodeToString([]byte(v)) },
	func(v string) string {
		words := strings.Fields(v)
		slices.Reverse(words)
		return strings.Join(words, " ")
	},
	func(v string) string { return strings.Join(strings.Split(v, ""), "-") },
	func(v string) string { return v[:len(v)/2+2] },
	func(v string) string { r := []rune(v); slices.Reverse(r); return string(r) },
}

// person is a user with values that occur only here.
type person struct {
	id, name, first, last, email, phone, street, city, password, ssn, born string
}

// people are as many as there are spellings, so each value is repeated in each.
func people() []person {
	var all []person
	for i := range spellings {
		letter := string(rune('a' + i))
		p := person{
			id: "u-" + letter, first: "Zöxqw" + letter + "h", last: "O'Vryx" + letter + "k Kjümq", email: "zoxqv" + letter + "w.jumqk+7@kqmailw.example",
			phone: "+1206555" + "27" + string(rune('0'+i%10)) + string(rune('1'+i%9)), street: "98 Quxbarnz" + letter + " Drive", city: "Bjwaldq" + letter,
			password: "Pqzwx!" + letter + "&7%Vkqj", ssn: "987-65-43" + string(rune('0'+i/10)) + string(rune('0'+i%10)), born: "1971-03-" + string(rune('1'+i/10)) + string(rune('0'+i%10)),
		}
		p.name = p.first + " " + p.last
		all = append(all, p)
	}
	return all
}

func (p person) values() []string {
	return []string{p.name, p.last, p.email, p.phone, p.street, p.city, p.password, p.ssn, p.born}
}

// sentTo are the values that an API is sent: it can repeat no others.
func (p person) sentTo(api string) []string {
	return map[string][]string{
		"kard": {p.email, p.phone, p.street}, "konstantly": {p.email, p.name, p.password, p.street, p.city}, "scim": {p.email, p.first, p.last, p.phone, p.city},
		"onbo": {p.first, p.last, p.email, p.phone, p.born, p.ssn, p.street, p.city}, "custom": {p.name, p.email},
	}[api]
}

// traces are what betrays a value: each spelling of it, and its words alone. All are
// squeezed.
func traces(all []person) []string {
	var values []string
	for _, p := range all {
		values = append(values, p.values()...)
	}
	return tracesOf(append(values, client[:]...))
}

func tracesOf(values []string) []string {
	var list []string
	for _, v := range values {
		for _, spell := range spellings {
			list = append(list, squeezed(spell(v)))
		}
		for _, word := range strings.FieldsFunc(v, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			list = append(list, squeezed(word))
		}
	}
	// Shorter ones, and digits alone such as a year, are found in any hash or time.
	return slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(list))), func(s string) bool {
		return len(s) < 5 || len(s) < 8 && strings.Trim(s, "0123456789abcdef") == "" || slices.Contains([]string{"drive", "example"}, s)
	})
}

// squeezed returns the letters and digits of a text, without accents, in lower case.
func squeezed(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Mn, r) || !unicode.IsLetter(r) && !unicode.IsDigit(r):
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(text))
}

// checkNoTraces fails if a text shows a value in any spelling.
func checkNoTraces(t *testing.T, where, text string, traces []string) {
	t.Helper()
	for line := range strings.Lines(text) {
		plain := squeezed(line)
		for _, trace := range traces {
			if strings.Contains(plain, trace) {
				t.Errorf("%s shows %q: %.300s", where, trace, line)
				return
			}
		}
	}
}
