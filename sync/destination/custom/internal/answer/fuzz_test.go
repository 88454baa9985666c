package answer

import (
	"net/http"
	"testing"

	"go.yaml.in/yaml/v3"

	"usersync/sync/destination"
	"usersync/sync/destination/custom/internal/document"
	"usersync/sync/destination/destinationtest/expect"
	"usersync/sync/destination/rest"
	"usersync/sync/destination/vocabulary"
	"usersync/sync/user"
)

// described are the ways in which APIs answer: about each of several users, and as a whole.
var described = []struct {
	text    string
	users   int
	ownKeys bool
	replay  destination.Replay
}{
	{text: `{errors: {at: /errors, key: /id, status: /status, code: /code, message: /detail}, done: {at: /data, key: /id}}`, users: 2, replay: destination.Detectable},
	{text: `{results: {at: "", by: position, status: /success, code: /errors/0/code, message: /errors/0/text}, means: {DUPLICATE: exists, LOCKED: busy}}`, users: 2},
	{text: `{ignore_case: true, results: {at: /responses, key: /id, status: /status, code: /body/code}}`, users: 2},
	{text: `{keyed_by: "{email}", buckets: {/failed/badEmails: refused, /failed/known: exists, /failed/slow: busy}, absent: succeeded, count: /ok}`, users: 2},
	{text: `{errors: {at: /errors, pointer: /source/pointer, below: /data, status: /status}, absent: succeeded}`, users: 2},
	{text: `{success: accepted, status: /message, means: {success: accepted, queued: accepted}, errors: {at: /errors, index: /index, message: /type}, absent: succeeded}`, users: 2},
	{text: `{code: /code, message: /message}`, users: 1},
	{text: `{remote: /id, key: /id}`, users: 1, ownKeys: true},
}

// decoded reads the section answer: of a call.
func decoded(t testing.TB, text string) *Layout {
	t.Helper()
	var node yaml.Node
	if err := yaml.Unmarshal([]byte(text), &node); err != nil {
		t.Fatal(err)
	}
	w := new(Layout)
	if err := w.Decode(document.Node{Node: node.Content[0], Key: "answer"}); err != nil {
		t.Fatal(err)
	}
	return w
}

func people(ids ...string) []*user.Record {
	var records []*user.Record
	for _, id := range ids {
		email := user.Attribute{Field: user.Email, Value: user.TextValue(id + "@example.com")}
		records = append(records, &user.Record{Op: user.Upsert, User: user.User{ID: id, Attributes: []user.Attribute{email}}})
	}
	return records
}

// FuzzAnswers reads any answer in every way: it never panics, returns each user's
// outcome in its position, shows no value, and counts no user as done in an answer
// that is not a success.
func FuzzAnswers(f *testing.F) {
	for _, seed := range []string{`{"errors":[{"id":"b","status":"409"}],"data":[{"id":"a"}]}`, `{"errors":[{"id":"b","status":"400","title":"b@example.com","detail":"is b@example.com","message":"b@example.com"}]}`, `[{"success":true},{"success":false}]`, `{"responses":[{"id":"B","status":201}]}`,
		`{"ok":1,"failed":{"badEmails":["b@example.com"]}}`, `{"errors":[{"source":{"pointer":"/data/1/x"}}]}`, `{"message":"success","errors":[{"index":1}]}`, `null`, `{"a":{"a":[[`} {
		f.Add(201, []byte(seed))
		f.Add(400, []byte(seed))
	}
	shown := vocabulary.New()
	var layouts []*Layout
	for _, w := range described {
		layouts = append(layouts, decoded(f, w.text))
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		if status < 200 || status > 499 || status/100 == 3 {
			return
		}
		for i, w := range described {
			records := people([]string{"a", "b"}[:w.users]...)
			api := API{OwnKeys: w.ownKeys, Vocabulary: shown, Observe: func(int, http.Header) {}}
			outcomes, err := layouts[i].Settle(&api, Call{Op: user.Create, Records: records, Replay: w.replay}, &rest.Answer{Status: status, Body: body})
			if (err == nil) != (len(outcomes) == len(records)) {
				t.Fatalf("%d outcomes, %v", len(outcomes), err)
			}
			if ce := expect.CallError(t, err); ce != nil {
				expect.Hidden(t, ce.Error(), records...)
			}
			for i, o := range outcomes {
				if o.Record != records[i] || o.Status == user.Unsettled {
					t.Fatalf("outcome %d is %+v", i, o)
				}
				expect.Hidden(t, o.Code+" "+o.Detail, o.Record)
				if status/100 != 2 && success(o.Status) {
					t.Fatalf("%d is %s", status, o.Status)
				}
			}
		}
	})
}
