package reader

import (
	"strings"
	"testing"

	"usersync/sync/user"
)

// A record that is not valid, or repeats a key, teaches no columns: the rows after it are read as
// without it. Nor does what follows the fault count as what an earlier run rejected.
func TestABrokenRecordTeachesNothing(t *testing.T) {
	for text, want := range map[string]string{
		`{"id":"1"}
{"id":"2","id":"2","address":{"city":"Bonn"}}
{"id":"3","city":"Bonn"}`: "1 1|2 !duplicate_key id|3 3 city=Bonn",
		`{"id":"1"}
{"id":"2","old":1,"old":2,"roleAlias":"x"}
{"id":"3","role":"x"}`: "1 1|2 !duplicate_key|3 3 role=x",
		`{"id":"1"}
{"id":"2","roleAlias":"x","old":[{"a":1,"a":2}]}
{"id":"3","role":"x"}`: "1 1|2 !duplicate_key|3 3 role=x",
		`{"id":"1"}
{"id":"2","roleAlias":"x","name":}
{"id":"3","role":"x"}`: "1 1|2 !bad_json|3 3 role=x",
		`{"id":"1"}
{"_usersync_outcome":"invalid","id":"2","id":"2","_usersync_raw":"{\"id\":\"3\"}"}`: "1 1|2 !duplicate_key id",
		`{"id":"1"}
{"_usersync_outcome":"in_doubt","id":"2","id":"2","_usersync_run":"20260101T000000Z-aaaaaa"}`: "1 1|2 !duplicate_key id",
	} {
		o := Options{Format: JSONL, Op: user.Upsert}
		o.Mapping.Ignore = []string{"old"}
		if got := strings.Join(read(t, o, text), "|"); got != want {
			t.Errorf("%s\n%s, want %s", text, got, want)
		}
	}
}
