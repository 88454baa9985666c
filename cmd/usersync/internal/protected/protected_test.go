package protected

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/reader/mapping"
	"usersync/reader/place"
	"usersync/sync/protect"
	"usersync/sync/user"
)

func protectedIn(t *testing.T, text string, change func(*config.Config)) (*protect.List, error) {
	t.Helper()
	c := &config.Config{}
	c.Guards.Protect = filepath.Join(t.TempDir(), "list")
	c.Input.Charset = "auto"
	if change != nil {
		change(c)
	}
	if err := os.WriteFile(c.Guards.Protect, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Read(t.Context(), c)
}

func utf16le(text string) string {
	var b strings.Builder
	for _, u := range utf16.Encode([]rune(text)) {
		b.WriteByte(byte(u))
		b.WriteByte(byte(u >> 8))
	}
	return b.String()
}

// However a program has written the list, the two of it are protected, and no one besides.
func TestProtected(t *testing.T) {
	for name, text := range map[string]string{
		"plain":                 "vip-1\nvip-2\n",
		"no newline at the end": "vip-1\nvip-2",
		"CR LF":                 "vip-1\r\nvip-2\r\n",
		"CR":                    "vip-1\rvip-2\r",
		"mixed line ends":       "vip-1\r\r\nvip-2\n\r",
		"BOM":                   "\ufeffvip-1\r\nvip-2\r\n",
		"BOM in the middle":     "vip-1\n\ufeffvip-2\n",
		"misread BOM":           "ï»¿vip-1\nvip-2\n",
		"UTF-16":                utf16le("\ufeffvip-1\r\nvip-2\r\n"),
		"quotes":                "\"vip-1\"\n\"vip-2\"\n",
		"quotes and blanks":     " \"vip-1\" \n\t\"vip-2\"\u00a0\n",
		"quotes, BOM, CR":       "\ufeff\"vip-1\"\r\"vip-2\"\r",
		"curly quotes":          "“vip-1”\n‘vip-2’\n",
		"single quotes":         "'vip-1'\n'vip-2'\n",
		"text marks of Excel":   "'vip-1\n'vip-2\n",
		"blanks":                "  vip-1\t\n\n\u00a0vip-2\u200b\n  \n",
		"header":                "id\nvip-1\nvip-2\n",
		"header in capitals":    "ID\r\nvip-1\r\nvip-2\r\n",
		"header with BOM":       "\ufeff\"Id\"\nvip-1\nvip-2\n",
		"CSV":                   "name,id,city\n\"Doe, Jane\",vip-1,Bonn\nJohn,\"vip-2\",Rome\n",
		"invisible in cells":    "name,id,city\nJane,\ufeffvip-1,Bonn\nJohn,\u00a0vip-2\u200b,Rome\n",
		"semicolons":            "id;name\nvip-1;Jane\nvip-2;John\n",
		"tabs":                  "name\tid\nJane\tvip-1\nJohn\tvip-2\n",
		"trailing delimiters":   "vip-1,\nvip-2,\n",
		"twice":                 "vip-1\nvip-2\nvip-1\n",
		"the name of a mapping": "Kundennr;Name\nvip-1;Jane\nvip-2;John\n",
	} {
		t.Run(name, func(t *testing.T) {
			l, err := protectedIn(t, text, func(c *config.Config) {
				c.Input.Fields = mapping.Fields{{Field: user.ID, Column: "KundenNr"}}
			})
			if err != nil {
				t.Fatal(err)
			}
			for id, want := range map[string]bool{"vip-1": true, "vip-2": true, " vip-1": true, "vip-3": false, "id": false, "Jane": false, "VIP-1": false} {
				if l.See(id, 7) != want {
					t.Errorf("%q is protected: %t", id, !want)
				}
			}
			if r := l.Report(); r.Listed != 2 || r.Met != 2 || r.Alike != 1 || len(r.Lines) != 1 {
				t.Errorf("%+v", r)
			}
		})
	}
}

// A charset of the input holds for the list, unless that is UTF-8.
func TestProtectedInACharset(t *testing.T) {
	latin := func(c *config.Config) { c.Input.Charset = "windows-1252" }
	for _, text := range []string{"m\xfcller\n", "müller\n"} {
		if l, err := protectedIn(t, text, latin); err != nil || !l.Has("müller") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// What can be no list of ids is refused, and the message holds nothing of it.
func TestNoProtectedList(t *testing.T) {
	for name, text := range map[string]string{
		"empty":               "\n \r\n",
		"only a header":       "id\n",
		"not UTF-8":           "m\xfcller\n",
		"UTF-16 without BOM":  utf16le("vip-1\nvip-2\n"),
		"a web page":          "<!DOCTYPE html>\n<title>Log in</title>\n",
		"a page in capitals":  "\ufeff<HTML>\n<BODY>\n",
		"JSON":                "{\"id\":\"vip-1\"}\n",
		"a JSON array":        "[\"vip-1\"]\n",
		"cells and no header": "vip-1,Jane\nvip-2,John\n",
		"an open quote":       "\"vip-1\nvip-2\n",
		"a short row":         "name,id\nJane,vip-1\nvip-2\n",
		"a damaged number":    "1.23457E+11\n",
		"a control character": "vip\x01-1\n",
	} {
		l, err := protectedIn(t, text, nil)
		if err == nil || l != nil {
			t.Errorf("%s: accepted", name)
			continue
		}
		for _, part := range []string{"vip-", "Jane", "E+11"} {
			if strings.Contains(err.Error(), part) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	c := &config.Config{}
	for _, path := range []string{"-", filepath.Join(t.TempDir(), "nowhere")} {
		c.Guards.Protect = path
		if _, err := Read(t.Context(), c); err == nil {
			t.Errorf("%s: accepted", path)
		}
	}
}

// A list at a place that is away does not say that the settings are wrong: the next try may find it.
func TestProtectedAway(t *testing.T) {
	for kind, code := range map[place.Kind]int{place.Lost: exit.Temporary, place.Denied: exit.Misuse, place.Missing: exit.Misuse, place.Misused: exit.Misuse} {
		c := &config.Config{Places: &place.Opener{Wait: func(int) time.Duration { return 0 },
			Stores: func(string, place.Credentials) (place.Store, error) {
				return nil, &place.Error{Kind: kind, Rule: "is away"}
			}}}
		c.Guards.Protect = "s3://feeds/protect.txt"
		_, err := Read(t.Context(), c)
		if e, ok := errors.AsType[*exit.Error](err); !ok || e.Code != code {
			t.Errorf("%d: %v", kind, err)
		}
	}
}
