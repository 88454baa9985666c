package scim

import (
	"strings"
	"testing"

	"usersync/sync/user"
)

// An update says that it did not send the row's password, whether alone or in Bulk, and
// no other outcome does.
func TestPasswordNotSent(t *testing.T) {
	secret := func(r *user.Record) *user.Record {
		r.User.Secrets = []user.SecretAttribute{{Field: user.Password, Value: user.NewSecret("s3cret!")}}
		return r
	}
	ann, bob := func() *user.Record { return secret(with("k1", person("a", "user_name", "ann"))) }, func() *user.Record { return with("k2", person("b", "user_name", "bob")) }
	shown := answer{200, `{"id":"k1","userName":"ann"}`}
	both := answer{200, bulk(`{"method":"PATCH","location":"/Users/k1","status":"200"}`, `{"method":"PATCH","location":"/Users/k2","status":"200"}`)}
	for name, test := range map[string]struct {
		config  Config
		op      user.Op
		records []*user.Record
		answer  answer
		want    string
	}{
		"an update":                   {Config{Features: everything}, user.Update, []*user.Record{ann()}, shown, "updated:password_not_sent k1"},
		"one among two":               {Config{Features: everything}, user.Update, []*user.Record{ann(), bob()}, both, "updated:password_not_sent, updated"},
		"an upload":                   {Config{Upload: true}, user.Update, []*user.Record{ann()}, answer{202, ""}, "accepted:password_not_sent"},
		"sent each time":              {Config{Features: everything, Passwords: true}, user.Update, []*user.Record{ann()}, shown, "updated k1"},
		"a create":                    {Config{Features: everything}, user.Create, []*user.Record{secret(person("a", "user_name", "ann"))}, shown, "created k1"},
		"a delete":                    {Config{Features: everything}, user.Delete, []*user.Record{ann()}, answer{204, ""}, "deleted"},
		"an update that was refused":  {Config{Features: everything}, user.Update, []*user.Record{ann()}, answer{422, "{}"}, "refused:http_422"},
		"an update without passwords": {Config{Features: everything}, user.Update, []*user.Record{bob()}, answer{204, ""}, "updated"},
	} {
		c, _ := serve(t, test.config, test.answer)
		outcomes, err := c.Apply(t.Context(), user.Batch{Op: test.op, Records: test.records})
		var told []string
		for _, o := range outcomes {
			told = append(told, spell(o))
		}
		if got := strings.Join(told, ", "); err != nil || got != test.want {
			t.Errorf("%s: %s %v, want %s", name, got, err, test.want)
		}
	}
}
