package custom

import (
	"strings"
	"testing"

	"usersync/sync/destination"
	"usersync/sync/destination/destinationtest/expect"
	"usersync/sync/user"
)

// The six ways in which APIs answer, each described by a config.
const (
	byErrors   = `create: {path: /u, batch: 9, replay: detectable, item: {id: "{id}"}, answer: {errors: {at: /errors, key: /id, status: /status, code: /code, message: /detail}, done: {at: /data, key: /id}}}`
	byPosition = `create: {path: /u, batch: 9, item: {id: "{id}"}, answer: {results: {at: "", by: position, status: /success, code: /errors/0/code, message: /errors/0/text}, means: {DUPLICATE: exists, LOCKED: busy}}}`
	byKey      = `create: {path: /u, batch: 9, item: {id: "{id}"}, answer: {ignore_case: true, results: {at: /responses, key: /id, status: /status, code: /body/code}}}`
	byBuckets  = `create: {path: /u, batch: 9, item: {id: "{id}"}, answer: {keyed_by: "{email}", buckets: {/failed/badEmails: refused, /failed/known: exists, /failed/slow: busy}, absent: succeeded, count: /ok}}`
	byPointer  = `create: {path: /u, batch: 9, item: {id: "{id}"}, answer: {errors: {at: /errors, pointer: /source/pointer, below: /data, status: /status}, absent: succeeded}}`
	asWhole    = `create: {path: /u, body: {id: "{id}"}, answer: {code: /code, message: /message}}`
	byIndex    = `create: {path: /u, batch: 9, item: {id: "{id}"}, answer: {success: accepted, status: /message, means: {success: accepted, queued: accepted}, errors: {at: /errors, index: /index, message: /type}, absent: succeeded}}`
)

// told is what happened to users a, b and c: their statuses, or the fault of the
// call.
func told(t *testing.T, section string, status int, body string, ids ...string) string {
	t.Helper()
	outcomes, err := answering(t, section, status, body).Apply(t.Context(), people(user.Create, ids...))
	if ce := expect.CallError(t, err); ce != nil {
		return ce.Fault.String() + " " + ce.Code
	}
	var words []string
	for i, o := range outcomes {
		if o.Record.User.ID != ids[i] || o.RequestID != "req-7" {
			t.Errorf("outcome %d: %+v", i, o)
		}
		words = append(words, strings.TrimPrefix(string(o.Status), "_")+":"+o.Code)
	}
	return strings.Join(words, " ")
}

func TestAnswersInSixWays(t *testing.T) {
	for _, test := range []struct {
		section string
		status  int
		body    string
		want    string
	}{
		{byErrors, 207, `{"errors":[{"id":"b","status":"409","code":"Conflict"},{"id":"c","status":400,"code":"Bad Request"}],"data":[{"id":"a"}]}`, "created: exists:conflict refused:bad_request"},
		{byErrors, 207, `{"errors":[{"id":"b","status":"503"}],"data":[{"id":"a"}]}`, "created: busy:http_503 in_doubt:"},
		{byErrors, 207, `{"errors":[{"id":"b","status":"200"}],"data":[{"id":"a"},{"id":"b"}]}`, "created: in_doubt:contradiction in_doubt:"},
		{byErrors, 201, `{"data":[{"id":"a"},{"id":"b"}]}`, "created: created: in_doubt:"},
		{byErrors, 201, `{"data":[{"id":"a"},{"id":"b"},{"id":"c"}],"errors":null}`, "created: created: created:"},
		{byErrors, 207, `{"errors":[{"status":"400","code":"x"}],"data":[{"id":"a"}]}`, "created: in_doubt:x in_doubt:x"},
		{byErrors, 207, `{"errors":[{"status":"400","code":"x"}]}`, "refused x"},
		{byErrors, 400, `{"errors":[{"id":"b","status":"400","code":"x"}]}`, "busy:http_400 refused:x busy:http_400"},
		{byErrors, 409, `{"errors":[{"id":"b","status":"409"}]}`, "in_doubt: exists:http_409 in_doubt:"},
		{strings.Replace(byErrors, "detectable", "unsafe", 1), 400, `{"errors":[{"id":"b","status":"400","code":"x"}]}`, "in_doubt:http_400 refused:x in_doubt:http_400"},
		{byErrors, 409, `{}`, "exists:whole_conflict exists:whole_conflict exists:whole_conflict"},
		{byErrors, 400, `nothing`, "refused http_400"},
		{byErrors, 207, `{"errors":[{"id":"zz","status":"400"}]}`, "in_doubt: in_doubt: in_doubt:"},
		{byErrors, 200, `{"errors":"none"}`, "perhaps taken not_json"},
		{byErrors, 200, `{"errors":[{"id":"b"`, "perhaps taken cut_answer"},
		{byErrors, 200, `{"data":[{"id":"a","id":"b"}]}`, "perhaps taken not_json"},
		{byErrors, 200, `<html>`, "perhaps taken not_json"},
		{byErrors, 204, ``, "in_doubt:http_204 in_doubt:http_204 in_doubt:http_204"},
		{byErrors, 202, `{"data":[{"id":"a"}]}`, "accepted: accepted: accepted:"},
		{byErrors, 206, `{"data":[{"id":"a"}]}`, "in_doubt:http_206 in_doubt:http_206 in_doubt:http_206"},

		{byPosition, 200, `[{"success":true},{"success":false,"errors":[{"code":"DUPLICATE","text":"x"}]},{"success":false,"errors":[{"code":"BAD_VALUE"}]}]`, "created: exists:duplicate refused:bad_value"},
		{byPosition, 200, `[{"success":true},{"success":false,"errors":[{"code":"LOCKED"}]},{}]`, "created: busy:locked in_doubt:error"},
		{byPosition, 200, `[{"success":true},{"success":true}]`, "in_doubt:misaligned in_doubt:misaligned in_doubt:misaligned"},
		{byPosition, 200, `[{"success":"perhaps"},{"success":1},{"success":null}]`, "in_doubt:error in_doubt:error in_doubt:error"},
		{byPosition, 400, `[{"code":"MALFORMED"}]`, "refused http_400"},
		{byPosition, 200, `{"success":true}`, "in_doubt: in_doubt: in_doubt:"},

		{byKey, 200, `{"responses":[{"id":"C","status":201},{"id":"a","status":429},{"id":"B","status":"409 Conflict"}]}`, "busy:http_429 exists:http_409 created:"},
		{byKey, 200, `{"responses":[{"id":"a","status":201},{"id":"zz","status":201}]}`, "created: in_doubt: in_doubt:"},
		{byKey, 200, `{"responses":[{"id":"a","status":201},{"id":"a","status":400},{"id":7,"status":500}]}`, "in_doubt:contradiction in_doubt: in_doubt:"},
		{byKey, 200, `{"responses":[{"id":"a"},{"id":"b","status":504},{"id":"c","status":418}]}`, "in_doubt:error in_doubt:http_504 refused:http_418"},
		{byKey, 200, `{"responses":{}}`, "in_doubt:error in_doubt:error in_doubt:error"},

		{byBuckets, 200, `{"ok":1,"failed":{"badEmails":["b@example.com"],"known":["c@example.com"]}}`, "created: refused:bademails exists:known"},
		{byBuckets, 200, `{"ok":3,"failed":{"badEmails":[]}}`, "created: created: created:"},
		{byBuckets, 200, `{"ok":2,"failed":{}}`, "in_doubt:other_count in_doubt:other_count in_doubt:other_count"},
		{byBuckets, 200, `{"failed":{"slow":["a@example.com"]}}`, "busy:slow in_doubt:other_count in_doubt:other_count"},
		{byBuckets, 200, `{"ok":3,"failed":{"badEmails":["z@example.com"]}}`, "in_doubt: in_doubt: in_doubt:"},
		{byBuckets, 200, `{"ok":3,"failed":{"badEmails":[{"email":"a@example.com"}]}}`, "perhaps taken not_json"},
		{byBuckets, 200, `{"ok":3,"failed":{"badEmails":"a@example.com"}}`, "perhaps taken not_json"},

		{byPointer, 207, `{"errors":[{"status":400,"source":{"pointer":"/data/1/email"}}]}`, "created: refused:http_400 created:"},
		{byPointer, 207, `{"errors":[{"status":409,"source":{"pointer":"/data/0"}},{"status":400,"source":{"pointer":"/data/9/email"}}]}`, "exists:http_409 in_doubt:http_400 in_doubt:http_400"},
		{byPointer, 207, `{"errors":[{"status":500,"source":{"pointer":"/other/1"}}]}`, "in_doubt:http_500 in_doubt:http_500 in_doubt:http_500"},
		{byPointer, 200, `{}`, "created: created: created:"},

		{byIndex, 201, `{"message":"success"}`, "accepted: accepted: accepted:"},
		{byIndex, 201, `{"message":"success","errors":[{"type":"bad id","index":2}]}`, "accepted: accepted: refused:error"},
		{byIndex, 201, `{"message":"success","errors":[{"type":"bad id"}]}`, "in_doubt:error in_doubt:error in_doubt:error"},
		{byIndex, 202, `{"message":"queued"}`, "accepted: accepted: accepted:"},
		{byIndex, 201, `{"message":"half of it"}`, "in_doubt:error in_doubt:error in_doubt:error"},
		{byIndex, 400, `{"message":"Max Input Length"}`, "refused http_400"},
	} {
		if got := told(t, test.section, test.status, test.body, "a", "b", "c"); got != test.want {
			t.Errorf("%d %s\n%s\n got %s\nwant %s", test.status, test.body, test.section, got, test.want)
		}
	}
}

func TestAnswersAsAWhole(t *testing.T) {
	for _, test := range []struct {
		section string
		status  int
		body    string
		want    string
	}{
		{asWhole, 201, `{"id":"a"}`, "created:"},
		{asWhole, 200, `{"message":"thank you"}`, "created:"},
		{asWhole, 200, `{"code":"E17"}`, "in_doubt:e17"}, // not known to be a success
		{asWhole, 204, ``, "created:"},
		{asWhole, 202, ``, "accepted:"},
		{asWhole, 200, ``, "perhaps taken not_json"},
		{asWhole, 200, `[]`, "perhaps taken not_json"},
		{asWhole, 409, `{"code":"taken","message":"x"}`, "exists:taken"},
		{asWhole, 400, `{"code":"invalid"}`, "refused:invalid"},
		{asWhole, 404, `{}`, "denied http_404"},
		{asWhole, 422, `<html>`, "refused:http_422"},
		{asWhole, 503, ``, "not taken http_503"},
		{asWhole, 200, `{"errors":[{"x":1}]}`, "in_doubt:errors_unread"},
		{asWhole, 200, `{"error":"no"}`, "in_doubt:errors_unread"},
		{asWhole, 200, `{"success":false}`, "in_doubt:errors_unread"},
		{asWhole, 200, `{"errors":[],"error":null,"success":true}`, "created:"},
		{`create: {path: /u, answer: {key: /id}}`, 200, `{"id":"a"}`, "created:"},
		{`create: {path: /u, answer: {key: /id}}`, 200, `{"id":"z"}`, "in_doubt:other_id"},
		{`create: {path: /u, answer: {key: /id}}`, 200, `{}`, "in_doubt:no_answer"},
		{`create: {path: /u, answer: {key: /id}}`, 204, ``, "in_doubt:no_answer"},
		{`create: {path: /u, answer: {may_be_empty: true}}`, 200, ``, "created:"},
		{`create: {path: /u, answer: {means: {403: busy}}}`, 403, ``, "not taken http_403"},
		{`create: {path: /u, answer: {means: {500: refused}}}`, 500, ``, "refused http_500"},
		{`create: {path: /u, answer: {means: {401: busy}}}`, 401, ``, "denied unauthorized"},
		{`create: {path: /u, answer: {means: {420: busy}}}`, 420, ``, "not taken http_420"},
		{`create: {path: /u, answer: {means: {409: unchanged}}}`, 409, `{}`, "unchanged:http_409"},
		{`create: {path: /u, answer: {means: {409: unchanged}, message: /m}}`, 409, `{"m":"is there"}`, "unchanged:"},
		{`create: {path: /u, query: {who: "{id}"}}`, 404, `{}`, "denied http_404"},
		{`create: {path: /u, answer: {means: {404: refused}}}`, 404, `{}`, "refused:http_404"},
		{`create: {path: /u, answer: {means: {206: done}}}`, 206, `{}`, "created:"},
		{`upsert: {path: /u, answer: {}}`, 200, `{}`, "created:upserted"},
		{`upsert: {path: /u, answer: {created: /new}}`, 200, `{"new":false}`, "updated:"},
		{`upsert: {path: /u, answer: {means: {409: exists}}}`, 409, `{}`, "refused:http_409"},
		{"keys: theirs\ncreate: {path: /u, answer: {remote: /id}}", 201, `{"id":"r-1"}`, "created:"},
		{"keys: theirs\ncreate: {path: /u, answer: {remote: /id}}", 201, `{}`, "in_doubt:no_key"},
	} {
		if got := told(t, test.section, test.status, test.body, "a"); got != test.want {
			t.Errorf("%s\n%d %s\n got %s\nwant %s", test.section, test.status, test.body, got, test.want)
		}
	}
}

func TestAbsenceIsFailureOnlyWhereAsked(t *testing.T) {
	const section = `create: {path: /u, batch: 9, item: {id: "{id}"}, answer: {done: {at: /done, key: /id}, absent: failed}}`
	if got := told(t, section, 200, `{"done":[{"id":"a"}]}`, "a", "b"); got != "created: failed:not_mentioned" {
		t.Error(got)
	}
}

// Two users of a call with the same key: it is unknown which one the answer means.
func TestAmbiguousKeys(t *testing.T) {
	c := answering(t, byBuckets, 200, `{"ok":1,"failed":{"badEmails":["same@example.com"]}}`)
	b := batch(user.Create, someone("a", attribute(user.Email, "same@example.com")), someone("b", attribute(user.Email, "same@example.com")))
	outcomes, err := c.Apply(t.Context(), b)
	if err != nil || outcomes[0].Status != user.InDoubt || outcomes[1].Status != user.InDoubt {
		t.Errorf("%+v %v", outcomes, err)
	}
}

func TestDetailsShowNoValues(t *testing.T) {
	c := answering(t, byErrors, 207, `{"errors":[{"id":"a","status":"400","code":"a@example.com","detail":"a@example.com is taken by +1 415 555 0101"}]}`)
	outcomes, err := c.Apply(t.Context(), people(user.Create, "a", "b"))
	if err != nil || outcomes[0].Code != "http_400" || outcomes[0].Detail != "… is taken by …" {
		t.Errorf("%+v %v", outcomes, err)
	}
	c = answering(t, byErrors, 500, `{"errors":[{"id":"a","detail":"a@example.com is on fire"}]}`)
	_, err = c.Apply(t.Context(), people(user.Create, "a", "b"))
	if ce := expect.CallError(t, err); ce == nil || ce.Detail != "… is on fire" {
		t.Errorf("%v", err)
	}
}

func TestPagesOfGatewaysSayNothingOfUsers(t *testing.T) {
	c := answering(t, `delete: {path: "/u/{id}"}`, 404, "\n<html>no such page")
	_, err := c.Apply(t.Context(), people(user.Delete, "a"))
	if ce := expect.CallError(t, err); ce == nil || ce.Fault != destination.Denied {
		t.Errorf("%v", err)
	}
	c = answering(t, `delete: {path: "/u/{id}"}`, 404, "{}")
	if outcomes, err := c.Apply(t.Context(), people(user.Delete, "a")); err != nil || outcomes[0].Status != user.Missing {
		t.Errorf("%+v %v", outcomes, err)
	}
}

// If a server quotes what it was sent, no secret of the config's headers is shown.
func TestQuotedHeadersStaySecret(t *testing.T) {
	const section = "headers: {X-Key: env:LICENCE}\ncreate: {path: /u, answer: {message: /message}}"
	for _, status := range []int{400, 500} {
		outcomes, err := answering(t, section, status, `{"message":"the key value-of-LICENCE is over its quota"}`).Apply(t.Context(), people(user.Create, "a"))
		detail := ""
		if ce := expect.CallError(t, err); ce != nil {
			detail = ce.Detail
		} else {
			detail = outcomes[0].Detail
		}
		if detail != "the key [secret] is over its quota" {
			t.Errorf("%d: %q", status, detail)
		}
	}
}

// A delete creates no user, whatever the config says about a status.
func TestDeletesMakeNobody(t *testing.T) {
	for means, want := range map[string]user.Status{"created": user.InDoubt, "updated": user.InDoubt, "unchanged": user.InDoubt, "done": user.Deleted, "accepted": user.Accepted, "missing": user.Missing} {
		c := answering(t, `delete: {path: "/u/{id}", answer: {means: {200: `+means+`}}}`, 200, "{}")
		outcomes, err := c.Apply(t.Context(), people(user.Delete, "a"))
		if err != nil || outcomes[0].Status != want {
			t.Errorf("%s: %+v %v", means, outcomes, err)
		}
	}
}

// TestWordsOfTheConfigAreShown: those of words:, and the names in the section.
func TestWordsOfTheConfigAreShown(t *testing.T) {
	const section = `create: {path: /u, body: {id: "{id}", favoritePet: x}, answer: {code: /code, message: /message}}`
	for words, want := range map[string]string{"": "favoritePet is … by …", "words: [Frobnicated, gizmos]\n": "favoritePet is frobnicated by gizmos", "words: frobnicated\n": "favoritePet is frobnicated by …"} {
		c := answering(t, words+section, 400, `{"code":"E17","message":"favoritePet is frobnicated by gizmos"}`)
		outcomes, err := c.Apply(t.Context(), people(user.Create, "a"))
		if err != nil || outcomes[0].Detail != want || outcomes[0].Code != "e17" {
			t.Errorf("%q: %+v %v", words, outcomes, err)
		}
	}
}

// Entries that are problem details need no places for a code and a message.
func TestEntriesAreProblemDetails(t *testing.T) {
	const section = `create: {path: /u, batch: 9, item: {id: "{id}"}, answer: {results: {at: /all, key: /id, status: /status}}}`
	body := `{"all":[{"id":"a","status":201,"title":"Dr"},{"id":"b","status":422,"title":"Not valid.","detail":"the email is required","code":"E_MAIL"},{"id":"c","status":422,"errors":[{"pointer":"#/email","detail":"is required"}]}]}`
	outcomes, err := answering(t, section, 200, body).Apply(t.Context(), people(user.Create, "a", "b", "c"))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, o := range outcomes {
		got = append(got, string(o.Status)+" "+o.Code+" "+o.Detail)
	}
	want := "created   | refused e_mail Not valid: the email is required | refused http_422 email: is required"
	if strings.Join(got, " | ") != want {
		t.Errorf("%q", got)
	}
}

// Problem details (RFC 9457), of which a config need not say anything, can say that the user of
// a create exists.
func TestProblemSaysThatTheUserExists(t *testing.T) {
	const exists, long = `{"title":"User already exists","status":422}`, `{"title":"Name too long","status":422}`
	for _, test := range []struct{ body, want string }{
		{exists, "conflict:http_422"}, {long, "refused:http_422"},
	} {
		if got := told(t, asWhole, 422, test.body, "a"); got != test.want {
			t.Errorf("%s: %s, want %s", test.body, got, test.want)
		}
	}
}
