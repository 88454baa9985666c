package onbo

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"usersync/sync/user"
)

const shownUser = `{"uuid":"` + uuid + `","first_name":"Blair Ann","middle_name":null,"last_name":"Dufresne","citizenship":"US","dwolla_customer_url":null,` +
	`"email":"blair.1@example.com","phone":"+16166723456","address":{"line_1":"5161 Stansfield Dr","line_2":null,"line_3":null,"zip":"18092","city":"Zionsville","state":"PA","country":"UNITED STATES"}}`

// TestRequests: what is sent, byte for byte except for the encrypted SSN.
func TestRequests(t *testing.T) {
	full := with(with(known(`a/b "ü"`), user.MiddleName, text("O’Brien \"Bo\"")), user.AddressLine3, cleared)
	odd := with(with(known("2"), user.Phone, text("none")), user.DateOfBirth, text("16 May 1988")) // with warn they are sent
	odd = with(with(odd, user.Country, text("Canada")), user.City, user.JSONValue("null"))
	const address = `"address":{"line_1":"5161 Stansfield Dr","zip":"18092","city":"Zionsville","state":"PA","country":"UNITED STATES"}`
	for _, test := range []struct {
		op     user.Op
		record *user.Record
		want   string
	}{
		{user.Create, person("1"), `POST /v1/users {"first_name":"Blair Ann","last_name":"Dufresne","email":"blair.1@example.com","phone":"6166723456","dob":"1988/05/16","ssn":SEALED,` + address + `}`},
		{user.Update, known("1"), "PUT /v1/users/" + uuid + ` {"first_name":"Blair Ann","last_name":"Dufresne","email":"blair.1@example.com","phone":"6166723456","dob":"1988/05/16",` + address + `}`},
		{user.Update, without(known("1"), required[:]...), "PUT /v1/users/" + uuid + ` {}`},
		{user.Update, full, "PUT /v1/users/" + uuid + ` {"first_name":"Blair Ann","middle_name":"O’Brien \"Bo\"","last_name":"Dufresne","email":"blair.a/b \"ü\"@example.com","phone":"6166723456","dob":"1988/05/16",` +
			strings.Replace(address, `"zip"`, `"line_3":null,"zip"`, 1) + `}`},
		{user.Update, odd, "PUT /v1/users/" + uuid + ` {"first_name":"Blair Ann","last_name":"Dufresne","email":"blair.2@example.com","phone":"none","dob":"1988/05/16","address":{"line_1":"5161 Stansfield Dr","zip":"18092","state":"PA","country":"Canada"}}`},
		{user.Delete, known("1"), "DELETE /v1/users/" + uuid + " "},
	} {
		var got string
		c := serve(t, func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			got = r.Method + " " + r.RequestURI + " " + string(body)
			w.WriteHeader(400)
		}, func(c *Config) { c.Delete = true })
		apply(t, c, test.op, test.record)
		if sealed := regexp.MustCompile(`"ssn":("[^"]+")`).FindStringSubmatch(got); sealed != nil {
			if opened := unseal(t, strings.Trim(sealed[1], `"`)); opened != "111223333" {
				t.Errorf("sealed %q", opened)
			}
			got = strings.Replace(got, sealed[1], "SEALED", 1)
		}
		if got != test.want {
			t.Errorf("sent\n%s\nwant\n%s", got, test.want)
		}
	}
}

func TestFormsBySetting(t *testing.T) {
	var sent struct {
		DOB     string
		Address struct{ Country string }
	}
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if err := json.NewDecoder(r.Body).Decode(&sent); err != nil {
			t.Error(err)
		}
		w.WriteHeader(400)
	}, func(c *Config) { c.Date, c.Country = Dashes, "United States" })
	apply(t, c, user.Create, person("1"))
	if sent.DOB != "1988-05-16" || sent.Address.Country != "United States" {
		t.Errorf("%+v", sent)
	}
}

// TestNoSealNoCall: a user whose SSN cannot be encrypted is not sent without it.
func TestNoSealNoCall(t *testing.T) {
	c := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("a call was made") }, func(c *Config) { c.SecretKey = user.NewSecret("short") })
	if o, ce := apply(t, c, user.Create, person("1")); told(o, ce) != "invalid bad_key 0" || strings.Contains(o.Detail, "short") {
		t.Error(told(o, ce), o.Detail)
	}
}

// TestAnswers: what each answer means for a user.
func TestAnswers(t *testing.T) {
	other := strings.Replace(shownUser, uuid, "other-uuid", 1)
	said := func(words string) string { return `{"message":"` + words + `"}` }
	for _, test := range []struct {
		op     user.Op
		status int
		body   string
		want   string
	}{
		{user.Create, 200, shownUser, "created 200 " + uuid},
		{user.Create, 201, shownUser, "created 201 " + uuid},
		{user.Create, 201, `{"uuid":"x","message":null,"errors":[],"error":false,"detail":""}`, "created 201 x"},
		{user.Create, 201, " {\"more\":{\"uuid\":\"y\",\"message\":\"no\"},\n\"uu\\u0069d\":\"x\"} ", "created 201 x"},
		{user.Create, 200, strings.Replace(shownUser, "blair.1@", "BLAIR.1@", 1), "created 200 " + uuid},
		{user.Create, 200, strings.Replace(shownUser, "blair.1@", "somebody@", 1), "in_doubt other_id 200"},
		{user.Create, 200, `{"uuid":"x","email":null}`, "created 200 x"},
		{user.Create, 200, said("Invalid phone"), "in_doubt message 200"},
		{user.Create, 200, `{"errors":{"phone":["is wrong"]}}`, "in_doubt message 200"},
		{user.Create, 200, `{"error":true}`, "in_doubt message 200"},
		{user.Create, 200, `{"uuid":"x","message":"exists"}`, "in_doubt contradiction 200"},
		{user.Create, 200, `{}`, "in_doubt no_answer 200"},
		{user.Create, 200, `null`, "perhaps taken not_json"},
		{user.Create, 200, `{"data":{"uuid":"x"}}`, "in_doubt no_answer 200"},
		{user.Create, 200, `{"uuid":""}`, "in_doubt no_answer 200"},
		{user.Create, 200, `{"uuid":7}`, "in_doubt no_answer 200"},
		{user.Create, 200, `{"uuid":".."}`, "in_doubt no_answer 200"},
		{user.Create, 200, `{"uuid":"a b"}`, "in_doubt no_answer 200"},
		{user.Create, 200, `{"uuid":"a\u0000"}`, "in_doubt no_answer 200"},
		{user.Create, 200, `{"uuid":"` + strings.Repeat("x", 201) + `"}`, "in_doubt no_answer 200"},
		{user.Create, 200, `User created`, "in_doubt message 200"},
		{user.Create, 200, `"User created"`, "in_doubt message 200"},
		{user.Create, 202, shownUser, "in_doubt http_202 202"},
		{user.Create, 204, ``, "in_doubt http_204 204"},
		{user.Create, 207, shownUser, "in_doubt http_207 207"},
		{user.Create, 200, ``, "perhaps taken not_json"},
		{user.Create, 200, `<html>`, "perhaps taken not_json"},
		{user.Create, 200, `[` + shownUser + `]`, "perhaps taken not_json"},
		{user.Create, 201, `{"uuid":"x","uuid":"y"}`, "perhaps taken not_json"},
		{user.Create, 201, `{"uuid":"x"} {}`, "perhaps taken not_json"},
		{user.Create, 201, shownUser[:50], "perhaps taken cut_answer"},
		{user.Create, 400, said("Invalid phone"), "refused http_400 400"},
		{user.Create, 400, `<html>`, "refused http_400 400"},
		{user.Create, 400, ``, "refused http_400 400"},
		{user.Create, 409, said("SSN exists"), "refused exists 409"},
		{user.Create, 422, `{"errors":["no"]}`, "refused http_422 422"},
		{user.Create, 413, ``, "refused http_413 413"},
		{user.Create, 405, ``, "refused http_405 405"},
		{user.Create, 404, said("no such path"), "denied http_404"},
		{user.Create, 401, ``, "denied unauthorized"},
		{user.Create, 429, ``, "not taken http_429"},
		{user.Create, 503, ``, "not taken http_503"},
		{user.Create, 500, said("oops"), "perhaps taken http_500"},
		{user.Create, 408, ``, "perhaps taken http_408"},

		{user.Update, 200, shownUser, "updated ssn_not_sent 200"},
		{user.Update, 201, strings.ToUpper(uuidOnly()), "in_doubt no_answer 201"},
		{user.Update, 200, strings.Replace(shownUser, uuid, strings.ToUpper(uuid), 1), "updated ssn_not_sent 200"},
		{user.Update, 200, other, "in_doubt other_id 200"},
		{user.Update, 200, `{}`, "in_doubt no_answer 200"},
		{user.Update, 200, said("Invalid phone"), "in_doubt message 200"},
		{user.Update, 204, ``, "in_doubt http_204 204"},
		{user.Update, 200, `OK`, "perhaps taken not_json"},
		{user.Update, 404, said("User not found"), "_missing http_404 404"},
		{user.Update, 404, "\n <html>", "denied http_404"},
		{user.Update, 409, ``, "refused http_409 409"},
		{user.Update, 400, said("no"), "refused http_400 400"},
		{user.Update, 500, ``, "perhaps taken http_500"},

		{user.Delete, 200, shownUser, "deleted 200"},
		{user.Delete, 200, ``, "perhaps taken not_json"},
		{user.Delete, 200, `null`, "perhaps taken not_json"},
		{user.Delete, 200, `busy`, "in_doubt message 200"},
		{user.Delete, 200, said("busy"), "in_doubt message 200"},
		{user.Delete, 200, said("User successfully deleted"), "deleted 200"},
		{user.Delete, 201, `{"message":"Deleted","uuid":"` + uuid + `"}`, "deleted 201"},
		{user.Delete, 200, `{"message":"Deleted","uuid":"other-uuid"}`, "in_doubt other_id 200"},
		{user.Delete, 200, `{"detail":"The user was deleted.","success":true,"error":null,"errors":[]}`, "deleted 200"},
		{user.Delete, 200, `User deleted`, "deleted 200"},
		{user.Delete, 200, `"User deleted"`, "deleted 200"},
		{user.Delete, 200, "OK\n", "deleted 200"},
		{user.Delete, 200, `User not deleted`, "in_doubt message 200"},
		{user.Delete, 200, `"Couldn't delete the user"`, "in_doubt message 200"},
		{user.Delete, 200, said("The user will be deleted"), "in_doubt message 200"},
		{user.Delete, 200, `{"message":"Deleted","success":false}`, "in_doubt message 200"},
		{user.Delete, 200, `{"message":"Deleted","errors":["balance"]}`, "in_doubt message 200"},
		{user.Delete, 200, `{"error":"Deleted"}`, "in_doubt message 200"},
		{user.Delete, 200, `{"message":"User del`, "perhaps taken cut_answer"},
		{user.Delete, 200, "\"User del", "perhaps taken cut_answer"},
		{user.Delete, 200, "Deleted \xff", "perhaps taken not_json"},
		{user.Delete, 200, `{}`, "deleted 200"},
		{user.Delete, 204, ``, "deleted 204"},
		{user.Delete, 202, ``, "in_doubt http_202 202"},
		{user.Delete, 200, other, "in_doubt other_id 200"},
		{user.Delete, 200, said("outstanding balance"), "in_doubt message 200"},
		{user.Delete, 200, `<html>`, "perhaps taken not_json"},
		{user.Delete, 400, said("outstanding balance"), "refused http_400 400"},
		{user.Delete, 404, said("User not found"), "_missing http_404 404"},
		{user.Delete, 404, ``, "_missing http_404 404"},
		{user.Delete, 404, `<!DOCTYPE html>`, "denied http_404"},
	} {
		r := known("1")
		if test.op == user.Create {
			r = person("1")
		}
		o, ce := apply(t, answering(t, test.status, test.body), test.op, r)
		if told(o, ce) != test.want {
			t.Errorf("%s %d %.60s: got %s, want %s", test.op, test.status, test.body, told(o, ce), test.want)
		}
		if id := o.RequestID; ce == nil && id != "req-7" {
			t.Errorf("request id is %q", id)
		}
	}
}

func uuidOnly() string { return `{"uuid":"` + uuid + `"}` }

// TestWordsReachThePerson: the detail holds the API's words, whatever their member.
func TestWordsReachThePerson(t *testing.T) {
	for body, want := range map[string]string{
		`{"message":"Phone is wrong"}`:                                "Phone is wrong",
		`{"message":"","error":"Phone is wrong"}`:                     "Phone is wrong",
		`{"error":{"code":7,"text":"Phone is wrong"}}`:                "text: Phone is wrong",
		`{"errors":{"phone":["is wrong","is old"],"email":"is odd"}}`: "email: is odd; phone: is wrong; phone: is old",
		`{"detail":["Phone is wrong"],"message":["One","Two"]}`:       "One; Two; Phone is wrong",
		`Phone is wrong`:                           "Phone is wrong",
		`<html>Phone is wrong</html>`:              "",
		`{"message":{}}`:                           "",
		"{\"message\":\"Phone\\n \xff is wrong\"}": "Phone is wrong",
		`{"message":"a 1988/05/16 b 5/16/1988 c 2024-01-02T03:04:05 here"}`: "a … here",
	} {
		o, ce := apply(t, answering(t, 422, body), user.Create, person("1"))
		if ce != nil || o.Detail != want {
			t.Errorf("%s: %q, want %q", body, o.Detail, want)
		}
	}
}

// TestWordsAreRedacted: the API may quote what it was sent, in its own forms.
func TestWordsAreRedacted(t *testing.T) {
	sealed := "Cs8CjMVd0123456789012345678901234567890ABC="
	quoted := "zip of Blair Ann Dufresne, blair.1@example.com, 6166723456 or +1 (616) 672-3456, born 1988/05/16 or 1988-05-16, SSN 111-22-3333 or 111223333 or " + sealed
	for status, body := range map[int]string{
		200: `{"message":"` + quoted + `"}`, 400: `{"message":"` + quoted + `"}`, 409: `{"errors":["` + quoted + `"]}`, 500: `{"message":"` + quoted + `"}`,
		503: quoted, 403: `{"message":"` + quoted + `"}`,
	} {
		for _, op := range []user.Op{user.Create, user.Update} {
			r := person("1")
			if op == user.Update {
				r = known("1")
			}
			o, ce := apply(t, answering(t, status, body), op, r)
			shown := o.Code + " " + o.Detail
			if ce != nil {
				shown = ce.Error()
			}
			for _, value := range []string{"Blair", "Dufresne", "6166723456", "672-3456", "1988", "05/16", "111-22", "111223333", sealed[:20]} {
				if strings.Contains(shown, value) {
					t.Errorf("%s %d shows %s: %s", op, status, value, shown)
				}
			}
			if !strings.Contains(shown, "zip") {
				t.Errorf("%s %d: the API's words are missing: %s", op, status, shown)
			}
		}
	}
}

// TestWarnings: with checks: warn, the outcome of a user that Onbo took names the
// broken rule.
func TestWarnings(t *testing.T) {
	r := with(person("1"), user.FirstName, text("José"))
	for status, want := range map[int]string{201: "created bad_name 201 " + uuid, 400: "refused http_400 400"} {
		o, ce := apply(t, answering(t, status, shownUser, warning), user.Create, r)
		if status == 400 {
			o, ce = apply(t, answering(t, status, "", warning), user.Create, r)
		}
		if told(o, ce) != want || strings.Contains(o.Detail, "José") || status == 201 && !strings.HasPrefix(o.Detail, "sent, though first_name must be English letters") {
			t.Errorf("%s: %s", told(o, ce), o.Detail)
		}
	}
}

// TestAUuidThatLeadsNowhereIsForgotten: otherwise it would prevent the create that
// follows, and count as its result later.
func TestAUuidThatLeadsNowhereIsForgotten(t *testing.T) {
	for op, remote := range map[user.Op]string{user.Upsert: "", user.Update: uuid} {
		r := known("1")
		r.Op = op
		if o, ce := apply(t, answering(t, 404, ""), user.Update, r); ce != nil || o.Status != user.Missing || r.Remote != remote {
			t.Errorf("%s: %s leaves %q", op, told(o, ce), r.Remote)
		}
	}
}

// TestSecretsDoNotPrint: a %v of the client's own types shows no secret.
func TestSecretsDoNotPrint(t *testing.T) {
	c := answering(t, 200, "")
	shown := fmt.Sprintf("%v %+v %#v", c.config.SecretKey, person("1").User.Secrets, c.sent(person("1")).User.Secrets)
	if strings.Contains(shown, "111") || strings.Contains(shown, secretKey) {
		t.Error(shown)
	}
}
