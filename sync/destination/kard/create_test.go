package kard

import (
	"fmt"
	"strings"
	"testing"

	"usersync/sync/destination"
	"usersync/sync/destination/destinationtest/expect"
	"usersync/sync/user"
)

// told writes outcomes as "id status code http", without empty parts.
func told(outcomes []user.Outcome) string {
	var lines []string
	for _, o := range outcomes {
		line := o.Record.User.ID + " " + string(o.Status)
		if o.Code != "" {
			line += " " + o.Code
		}
		if o.HTTP != 0 {
			line += fmt.Sprint(" ", o.HTTP)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, ", ")
}

const (
	u1 = `{"type":"user","id":"u1","attributes":{"enrolledRewards":["CARDLINKED"]}}`
	u2 = `{"type":"user","id":"u2","attributes":{}}`
	u3 = `{"attributes":{"nested":{"id":"u1"}},"id":"u3","type":"user","more":[1,{"id":"u2"}]}`
)

// TestCreateAnswers: what each answer to a POST of u1, u2 and u3 means for them.
func TestCreateAnswers(t *testing.T) {
	for _, test := range []struct {
		name   string
		status int
		body   string
		want   string
	}{
		{"all created", 201, `{"data":[` + u1 + `,` + u2 + `,` + u3 + `]}`, "u1 created 201, u2 created 201, u3 created 201"},
		{"200 too", 200, `{"data":[` + u1 + `,` + u2 + `,` + u3 + `]}`, "u1 created 200, u2 created 200, u3 created 200"},
		{"shuffled", 201, `{"data":[` + u3 + `,` + u1 + `,` + u2 + `]}`, "u1 created 201, u2 created 201, u3 created 201"},
		{"short", 201, `{"data":[` + u1 + `,` + u3 + `]}`, "u1 created 201, u2 in_doubt 201, u3 created 201"},
		{"white space and unknown members", 201, " {\"meta\":{\"data\":[1]},\n\"data\" : [ " + u1 + " ,\t" + u2 + " , " + u3 + " ], \"x\":null }\n", "u1 created 201, u2 created 201, u3 created 201"},
		{"escaped ids", 201, `{"data":[{"id":"u\u0031"},{"i\u0064":"u2"},{"id":"u3"}]}`, "u1 created 201, u2 created 201, u3 created 201"},
		{"an escaped id after one alike", 201, `{"data":[{"id":"u1"},{"id":"u\u0032"},{"id":"u3"}]}`, "u1 created 201, u2 created 201, u3 created 201"},
		{"foreign ids", 201, `{"data":[` + u1 + `,{"id":"x"},{"id":"U2"},` + u3 + `]}`, "u1 created 201, u2 in_doubt 201, u3 created 201"},
		{"entries without ids", 201, `{"data":[` + u1 + `,{"type":"user"},7,null,"u2",{"id":null},{"id":["u2"]},` + u3 + `]}`, "u1 created 201, u2 in_doubt 201, u3 created 201"},
		{"a single object", 201, `{"data":` + u1 + `}`, "u1 created 201, u2 in_doubt 201, u3 in_doubt 201"},
		{"the same twice", 201, `{"data":[` + u1 + `,` + u1 + `]}`, "u1 created 201, u2 in_doubt 201, u3 in_doubt 201"},
		{"nobody", 201, `{}`, "u1 in_doubt 201, u2 in_doubt 201, u3 in_doubt 201"},
		{"no users, null", 201, `{"data":null,"errors":null}`, "u1 in_doubt 201, u2 in_doubt 201, u3 in_doubt 201"},
		{"202", 202, `{"data":[` + u1 + `]}`, "u1 in_doubt http_202 202, u2 in_doubt http_202 202, u3 in_doubt http_202 202"},
		{"204", 204, ``, "u1 in_doubt http_204 204, u2 in_doubt http_204 204, u3 in_doubt http_204 204"},

		{"207", 207, `{"errors":[{"status":"409","title":"Conflict","detail":"User already exists","id":"u2"},{"status":"400","title":"Bad Request","detail":"zipCode invalid","source":{"pointer":"/data/0/attributes/zipCode"},"id":"u3"}],"data":[` + u1 + `]}`,
			"u1 created 207, u2 _exists conflict 409, u3 refused bad_request 400"},
		{"207 with the errors last", 207, `{"data":[` + u1 + `],"errors":[{"id":"u3","status":"400"},{"id":"u2","status":"409"}]}`, "u1 created 207, u2 _exists http_409 409, u3 refused http_400 400"},
		{"201 with errors inside", 201, `{"data":[` + u1 + `,` + u3 + `],"errors":[{"id":"u2","status":"400"}]}`, "u1 created 201, u2 refused http_400 400, u3 created 201"},
		{"data absent", 207, `{"errors":[{"id":"u1","status":"409"},{"id":"u2","status":"409"},{"id":"u3","status":"409"}]}`, "u1 _exists http_409 409, u2 _exists http_409 409, u3 _exists http_409 409"},
		{"status as number", 207, `{"data":[` + u1 + `],"errors":[{"id":"u2","status":409},{"id":"u3","status":422}]}`, "u1 created 207, u2 _exists http_409 409, u3 refused http_422 422"},
		{"status with words, missing, odd", 207, `{"data":[],"errors":[{"id":"u1","status":"409 Conflict"},{"id":"u2"},{"id":"u3","status":"status","title":"title"}]}`, "u1 _exists http_409 409, u2 refused error 207, u3 refused title 207"},
		{"busy and uncertain", 207, `{"errors":[{"id":"u1","status":"429"},{"id":"u2","status":"503"},{"id":"u3","status":"500"}]}`, "u1 _busy http_429 429, u2 _busy http_503 503, u3 in_doubt http_500 500"},
		{"408, 404, 425", 207, `{"errors":[{"id":"u1","status":"408"},{"id":"u2","status":"404"},{"id":"u3","status":"425"}]}`, "u1 in_doubt http_408 408, u2 refused http_404 404, u3 _busy http_425 425"},
		{"an invalid status", 207, `{"errors":[{"id":"u1","status":"200"},{"id":"u2","status":"999"},{"id":"u3","status":"-1"}]}`, "u1 in_doubt http_200 200, u2 refused error 207, u3 refused error 207"},
		{"several errors of one user", 207, `{"data":[` + u1 + `,` + u3 + `],"errors":[{"id":"u2","status":"409","title":"Conflict"},{"id":"u2","status":"400","title":"Bad Request"},{"id":"u2","status":"400","title":"Other"}]}`, "u1 created 207, u2 refused bad_request 400, u3 created 207"},
		{"refused and uncertain", 207, `{"data":[` + u1 + `,` + u3 + `],"errors":[{"id":"u2","status":"400"},{"id":"u2","status":"500"}]}`, "u1 created 207, u2 in_doubt http_500 500, u3 created 207"},
		{"a refusal that says in its title, or in its detail, that the user exists", 207, `{"errors":[{"id":"u1","status":"400","title":"Duplicate"},{"id":"u2","status":"400","detail":"already exists"},{"id":"u3","status":"400","title":"Bad Request","detail":"is not unique"}]}`,
			"u1 _conflict duplicate 400, u2 _conflict http_400 400, u3 _conflict bad_request 400"},
		{"in both lists", 207, `{"data":[` + u1 + `,` + u2 + `,` + u3 + `],"errors":[{"id":"u2","status":"400"}]}`, "u1 created 207, u2 in_doubt contradiction 400, u3 created 207"},
		{"by pointer", 207, `{"data":[` + u1 + `],"errors":[{"status":"400","source":{"pointer":"/data/1/attributes/zipCode"}},{"id":"","status":"409","source":{"pointer":"/data/2"}}]}`, "u1 created 207, u2 refused http_400 400, u3 _exists http_409 409"},
		{"a pointer to nowhere", 207, `{"data":[` + u1 + `,` + u2 + `],"errors":[{"status":"400","title":"Bad Request","source":{"pointer":"/data/3"}}]}`, "u1 created 207, u2 created 207, u3 in_doubt bad_request 207"},
		{"an invalid pointer", 207, `{"data":[` + u1 + `,` + u2 + `],"errors":[{"status":"400","source":{"pointer":"/data/-1"}},{"status":"400","source":"/data/2"},{"status":"400","source":{"pointer":"data/2"}}]}`, "u1 created 207, u2 created 207, u3 in_doubt http_400 207"},
		{"an error without a user", 207, `{"data":[` + u1 + `,` + u3 + `],"errors":[{"status":"500","title":"Internal Server Error","detail":"storage"}]}`, "u1 created 207, u2 in_doubt internal_server_error 207, u3 created 207"},
		{"errors of foreign ids affect no user", 207, `{"data":[` + u1 + `,` + u2 + `],"errors":[{"id":"x","status":"400","source":{"pointer":"/data/2"}}]}`, "u1 created 207, u2 created 207, u3 in_doubt 207"},
		{"only errors of foreign ids", 207, `{"errors":[{"id":"x","status":"400"}]}`, "u1 in_doubt 207, u2 in_doubt 207, u3 in_doubt 207"},
		{"no user named, not a refusal", 207, `{"errors":[{"status":"400"},{"status":"500"}]}`, "u1 in_doubt http_400 207, u2 in_doubt http_400 207, u3 in_doubt http_400 207"},
		{"no user named, conflict", 207, `{"errors":[{"status":"409","title":"Conflict"}]}`, "u1 _exists whole_conflict 409, u2 _exists whole_conflict 409, u3 _exists whole_conflict 409"},
		{"a single error object", 207, `{"data":[` + u1 + `,` + u2 + `],"errors":{"id":"u3","status":"400"}}`, "u1 created 207, u2 created 207, u3 refused http_400 400"},

		{"whole 409 with ids", 409, `{"errors":[{"id":"u1","status":"409","title":"Conflict"},{"id":"u3"}]}`, "u1 _exists conflict 409, u2 in_doubt 409, u3 _exists http_409 409"},
		{"whole 409 without ids", 409, `{"errors":[{"status":"409","title":"Conflict"}]}`, "u1 _exists whole_conflict 409, u2 _exists whole_conflict 409, u3 _exists whole_conflict 409"},
		{"whole 409 without words", 409, ``, "u1 _exists whole_conflict 409, u2 _exists whole_conflict 409, u3 _exists whole_conflict 409"},
		{"whole 409 from a gateway", 409, `<html>`, "u1 _exists whole_conflict 409, u2 _exists whole_conflict 409, u3 _exists whole_conflict 409"},
		{"whole 400 with ids", 400, `{"errors":[{"id":"u2","status":"400","title":"Bad Request"}]}`, "u1 _busy http_400 400, u2 refused bad_request 400, u3 _busy http_400 400"},
		{"whole 422 by pointer", 422, `{"errors":[{"source":{"pointer":"/data/0/id"}}]}`, "u1 refused http_422 422, u2 _busy http_422 422, u3 _busy http_422 422"},
		{"whole 400 that shows users", 400, `{"data":[` + u1 + `],"errors":[{"id":"u2","status":"400"}]}`, "u1 in_doubt contradiction 400, u2 refused http_400 400, u3 in_doubt 400"},
	} {
		b := batch(user.Create, "u1", "u2", "u3")
		got, err := answering(t, test.status, test.body).Apply(t.Context(), b)
		if err != nil || told(got) != test.want {
			t.Errorf("%s:\n got %s (%v)\nwant %s", test.name, told(got), err, test.want)
			continue
		}
		for i, o := range got {
			if o.Record != b.Records[i] || o.RequestID != "req-7" || o.Action != "" || o.Attempts != 0 {
				t.Errorf("%s: outcome %d is %+v", test.name, i, o)
			}
		}
	}
}

func TestCreateFaults(t *testing.T) {
	for _, test := range []struct {
		name   string
		status int
		body   string
		fault  destination.Fault
		code   string
		as     int // CallError.Status
	}{
		{"no body", 201, ``, destination.PerhapsTaken, "not_json", 201},
		{"HTML", 200, `<html><body>OK</body></html>`, destination.PerhapsTaken, "not_json", 200},
		{"a list", 201, `[` + u1 + `]`, destination.PerhapsTaken, "not_json", 201},
		{"data is text", 201, `{"data":"ok"}`, destination.PerhapsTaken, "not_json", 201},
		{"cut", 207, `{"data":[` + u1 + `,{"id":"u`, destination.PerhapsTaken, "cut_answer", 207},
		{"cut between users", 201, `{"data":[` + u1 + `,` + u2, destination.PerhapsTaken, "cut_answer", 201},
		{"more after it", 201, `{"data":[` + u1 + `]} {}`, destination.PerhapsTaken, "not_json", 201},
		{"two lists", 201, `{"data":[` + u1 + `],"data":[]}`, destination.PerhapsTaken, "not_json", 201},
		{"two ids in one user", 201, `{"data":[` + u1 + `,{"id":"u2","id":"u3"}]}`, destination.PerhapsTaken, "not_json", 201},
		{"refusal of the call inside a 207", 207, `{"errors":[{"status":"422","title":"Unprocessable"}]}`, destination.RefusedWhole, "unprocessable", 422},
		{"conflict and refusal inside a 207", 207, `{"errors":[{"status":"409"},{"status":"400"}]}`, destination.RefusedWhole, "http_400", 400},
		{"whole 400", 400, `{"errors":[{"status":"400","title":"Bad Request","detail":"no"}]}`, destination.RefusedWhole, "bad_request", 400},
		{"whole 400 from a gateway", 400, `<html>bad</html>`, destination.RefusedWhole, "http_400", 400},
		{"whole 400 about foreign ids", 400, `{"errors":[{"id":"x","status":"400"}]}`, destination.RefusedWhole, "http_400", 400},
		{"whole 413", 413, ``, destination.RefusedWhole, "http_413", 413},
		{"whole 415", 415, ``, destination.RefusedWhole, "http_415", 415},
		{"404", 404, `{"errors":[{"status":"404","title":"Not Found"}]}`, destination.Denied, "http_404", 404},
		{"403", 403, ``, destination.Denied, "http_403", 403},
		{"401", 401, ``, destination.Denied, "unauthorized", 401},
		{"429", 429, ``, destination.NotTaken, "http_429", 429},
		{"500", 500, `{"errors":[{"id":"u1","status":"400"}]}`, destination.PerhapsTaken, "http_500", 500},
		{"503", 503, `<html>`, destination.NotTaken, "http_503", 503},
	} {
		outcomes, err := answering(t, test.status, test.body).Apply(t.Context(), batch(user.Create, "u1", "u2", "u3"))
		ce := expect.CallError(t, err)
		if ce == nil || ce.Fault != test.fault || ce.Code != test.code || ce.Status != test.as || ce.RequestID != "req-7" || outcomes != nil {
			t.Errorf("%s: got %s %+v", test.name, told(outcomes), ce)
		}
	}
}

func TestCreateOfOne(t *testing.T) {
	for _, test := range []struct {
		status int
		body   string
		want   string
	}{
		{201, `{"data":[` + u1 + `]}`, "u1 created 201"},
		{201, `{"data":` + u1 + `}`, "u1 created 201"},
		{207, `{"errors":[{"status":"400","title":"Bad Request"}]}`, "u1 refused bad_request 400"},
		{207, `{"errors":[{"status":"500"}]}`, "u1 in_doubt http_500 500"},
		{207, `{"errors":[{"status":"503"}]}`, "u1 _busy http_503 503"},
		{400, `{"errors":[{"status":"400","title":"Bad Request"}]}`, "u1 refused bad_request 400"},
		{409, `{"errors":[{"status":"409","title":"Conflict"}]}`, "u1 _exists conflict 409"},
		{409, ``, "u1 _exists http_409 409"},
		{207, `{"errors":[{"id":"x","status":"400"}]}`, "u1 in_doubt 207"},
		{201, `{"data":[` + u2 + `]}`, "u1 in_doubt 201"},
	} {
		got, err := answering(t, test.status, test.body).Apply(t.Context(), batch(user.Create, "u1"))
		if err != nil || told(got) != test.want {
			t.Errorf("%d %s: got %s (%v), want %s", test.status, test.body, told(got), err, test.want)
		}
	}
}

// TestSeveralErrorsAreShown: each that differs, once.
func TestSeveralErrorsAreShown(t *testing.T) {
	const zip, email = `{"id":"u1","status":"400","title":"Bad Request","detail":"zipCode invalid"}`, `{"id":"u1","status":"400","title":"Bad Request","detail":"email invalid"}`
	got, err := answering(t, 207, `{"errors":[`+zip+`,{"id":"u1"},`+email+`,`+zip+`]}`).Apply(t.Context(), batch(user.Create, "u1"))
	if want := "Bad Request: zipCode invalid; Bad Request: email invalid"; err != nil || got[0].Detail != want {
		t.Errorf("got %+v, %v, want %s", got, err, want)
	}
}

// TestWordsAreRedacted: the API may quote what it was sent.
func TestWordsAreRedacted(t *testing.T) {
	b := batch(user.Create, "u1", "u2")
	quoted := `frieda.mustermannu1@mail.example, +14155552671, zip 01238 of 1987`
	for _, answer := range []struct {
		status int
		body   string
	}{
		{207, `{"errors":[{"id":"u1","status":"400","title":"` + quoted + `","detail":"` + quoted + `\n"},{"id":"u2","status":"400","title":"frieda","detail":"` + strings.Repeat("long ", 100) + `"}]}`},
		{400, `{"errors":[{"title":"` + quoted + `","detail":"` + quoted + `"}]}`},
		{409, `{"errors":[{"title":"` + quoted + `","detail":"` + quoted + `"}]}`},
		{500, `{"errors":[{"title":"` + quoted + `","detail":"` + quoted + `"}]}`},
		{503, quoted},
	} {
		outcomes, err := answering(t, answer.status, answer.body).Apply(t.Context(), b)
		shown := fmt.Sprint(err)
		for _, o := range outcomes {
			shown += " " + o.Code + " " + o.Detail
			if len(o.Detail) > 210 || strings.Contains(o.Detail, "\n") {
				t.Errorf("%d: detail of %d bytes: %s", answer.status, len(o.Detail), o.Detail)
			}
		}
		for _, value := range []string{"mustermann", "4155552671", "01238", "1987"} {
			if strings.Contains(shown, value) {
				t.Errorf("%d: shows %s: %s", answer.status, value, shown)
			}
		}
		if !strings.Contains(shown, "zip") {
			t.Errorf("%d: the API's words are missing: %s", answer.status, shown)
		}
	}
}
