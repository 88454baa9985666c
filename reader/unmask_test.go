package reader

import (
	"strings"
	"testing"

	"usersync/reader/mapping"
	"usersync/sync/user"
)

// Secrets that rejects mask are taken from the rows that the rejects were made from, the
// latest that has one, and never from another user's.
func TestMaskedSecretsAreTakenFromTheOriginal(t *testing.T) {
	const head = "_usersync_outcome,_usersync_run,_usersync_record,"
	const object = `{"_usersync_outcome":"invalid","_usersync_run":"r","_usersync_record":1,`
	byRules := mapping.Config{Fields: mapping.Fields{{Field: "id", Column: "no"}, {Field: "password", Expr: "trim(pin)"}}}
	for name, c := range map[string]struct {
		mapping mapping.Config
		text    string
		rows    []string
		want    string
	}{
		"CSV":               {text: head + "id,name,ssn\ninvalid,r,1,1,mended,***\n", rows: []string{"1,a,078"}, want: "078"},
		"quoted":            {text: head + "id,name,ssn\ninvalid,r,1,1,mended,***\n", rows: []string{`1,"a""b","0,8"`}, want: "0,8"},
		"JSON":              {text: object + `"id":"1","name":"b","ssn":"***"}`, rows: []string{`{"ssn":"078","id":"1"}`}, want: "078"},
		"JSON, a key fewer": {text: object + `"id":"1","ssn":"***"}`, rows: []string{`{"ssn":"078","id":"1","email":"a@b.example","extra":{"k":"v"}}`}, want: "078"},
		"computed":          {byRules, head + "no,pin\ninvalid,r,1,1,***\n", []string{"1, 99 "}, "99"},
		"retried twice":     {text: head + "id,ssn\ninvalid,r,1,1,***\n", rows: []string{"1,***", "1,078"}, want: "078"},
		"mended meanwhile":  {text: head + "id,ssn\ninvalid,r,1,1,***\n", rows: []string{"1,079", "1,078"}, want: "079"},
		"mended":            {text: head + "id,ssn\ninvalid,r,1,1,079\n", rows: []string{"1,078"}, want: "079"},
		"another id":        {text: head + "id,ssn\ninvalid,r,1,1,***\n", rows: []string{"2,078"}, want: "masked"},
		"another shape":     {text: head + "id,ssn\ninvalid,r,1,1,***\n", rows: []string{"1,078,x"}, want: "masked"},
		"broken JSON":       {text: object + `"id":"1","ssn":"***"}`, rows: []string{`{"ssn":"078"`}, want: "masked"},
		"not known":         {text: head + "id,ssn\ninvalid,r,1,1,***\n", want: "masked"},
		"of no run":         {text: "_usersync_outcome,id,ssn\ninvalid,1,***\n", rows: []string{"1,078"}, want: "masked"},
	} {
		original := func(r user.Rejected) (rows [][]byte) {
			if r.Run != "r" || r.Record != 1 {
				t.Errorf("%s: asked for %+v", name, r)
			}
			for _, row := range c.rows {
				rows = append(rows, []byte(row))
			}
			return rows
		}
		in, err := Open(t.Context(), Options{Paths: []string{"-"}, Stdin: strings.NewReader(c.text), Mapping: c.mapping, Rejects: Rejects{Original: original}})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for r, err := range in.Records() {
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if got := secretOf(r); got != c.want {
				t.Errorf("%s: %s, want %s", name, got, c.want)
			}
			if strings.Contains(r.Origin.Raw, "078") {
				t.Errorf("%s: the row itself holds the secret now", name)
			}
		}
	}
}

func secretOf(r *user.Record) string {
	if e, ok := r.Err.(*user.InvalidError); ok {
		return e.Code
	}
	return r.User.Secrets[0].Value.Reveal()
}
