package form

import (
	"testing"

	"usersync/sync/user"
)

// A hash is that of the text, wherever it is written.
func TestHash(t *testing.T) {
	for f, want := range map[Form]string{
		MD5:    "900150983cd24fb0d6963f7d28e17f72",
		SHA256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	} {
		text, err := f.Text(user.TextValue("abc"))
		if err != nil || text != want {
			t.Errorf("%s: %s, %v", f, text, err)
		}
		body, err := f.Append(nil, user.TextValue("abc"))
		if err != nil || string(body) != `"`+want+`"` {
			t.Errorf("%s: %s, %v", f, body, err)
		}
		if _, err := f.Text(user.JSONValue("[1]")); err == nil {
			t.Errorf("%s of a list", f)
		}
	}
}
