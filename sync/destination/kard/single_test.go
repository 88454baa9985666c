package kard

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"usersync/sync/destination"
	"usersync/sync/destination/destinationtest/expect"
	"usersync/sync/user"
)

func TestUpdateAndDeleteAnswers(t *testing.T) {
	const refused = `{"errors":[{"status":"400","title":"Bad Request","detail":"no"}]}`
	for _, test := range []struct {
		op     user.Op
		status int
		body   string
		want   string // of the outcome, or "fault code"
	}{
		{user.Update, 200, `{"data":` + u1 + `}`, "u1 updated 200"},
		{user.Update, 201, `{"data":[` + u1 + `]}`, "u1 updated 201"},
		{user.Update, 200, `{"data":` + u2 + `}`, "u1 in_doubt other_id 200"},
		{user.Update, 200, `{}`, "u1 in_doubt no_answer 200"},
		{user.Update, 200, `{"data":` + u1 + `,"errors":[{"status":"400"}]}`, "u1 in_doubt contradiction 400"},
		{user.Update, 200, refused, "u1 refused bad_request 400"},
		{user.Update, 207, `{"errors":[{"id":"u1","status":"404"}]}`, "u1 _missing http_404 404"},
		{user.Update, 202, `{}`, "u1 in_doubt http_202 202"},
		{user.Update, 204, ``, "u1 in_doubt http_204 204"},
		{user.Update, 200, ``, "perhaps taken not_json"},
		{user.Update, 200, `<html>`, "perhaps taken not_json"},
		{user.Update, 200, `{"data":{"id":"u1"`, "perhaps taken cut_answer"},
		{user.Update, 404, `{"errors":[{"status":"404","title":"Not Found"}]}`, "u1 _missing not_found 404"},
		{user.Update, 404, ``, "u1 _missing http_404 404"},
		{user.Update, 404, `{"message":"no"}`, "u1 _missing http_404 404"},
		{user.Update, 404, "\n <html>", "denied http_404"},
		{user.Update, 400, refused, "u1 refused bad_request 400"},
		{user.Update, 422, ``, "u1 refused http_422 422"},
		{user.Update, 409, ``, "u1 refused http_409 409"},
		{user.Update, 413, ``, "u1 refused http_413 413"},
		{user.Update, 403, ``, "denied http_403"},
		{user.Update, 500, ``, "perhaps taken http_500"},
		{user.Update, 429, ``, "not taken http_429"},
		{user.Delete, 200, `{"data":` + u1 + `}`, "u1 deleted 200"},
		{user.Delete, 200, `{}`, "u1 deleted 200"},
		{user.Delete, 204, ``, "u1 deleted 204"},
		{user.Delete, 202, ``, "u1 in_doubt http_202 202"},
		{user.Delete, 200, `{"data":` + u2 + `}`, "u1 in_doubt other_id 200"},
		{user.Delete, 200, `{"errors":[{"status":"404"}]}`, "u1 _missing http_404 404"},
		{user.Delete, 200, `OK`, "perhaps taken not_json"},
		{user.Delete, 404, ``, "u1 _missing http_404 404"},
		{user.Delete, 404, `<!DOCTYPE html>`, "denied http_404"},
		{user.Delete, 400, refused, "u1 refused bad_request 400"},
		{user.Delete, 409, ``, "u1 refused http_409 409"},
	} {
		got, err := answering(t, test.status, test.body).Apply(t.Context(), batch(test.op, "u1"))
		told := told(got)
		if ce := expect.CallError(t, err); ce != nil {
			told = ce.Fault.String() + " " + ce.Code
		}
		if told != test.want {
			t.Errorf("%s %d %s: got %s, want %s", test.op, test.status, test.body, told, test.want)
		}
	}
}

func TestFind(t *testing.T) {
	r := person("u1")
	same := `"email":"FRIEDA.mustermannu1@mail.example","phoneNumber":"+1 (415) 555-2671","birthYear":"1987","zipCode":"01238","enrolledRewards":["CARDLINKED"],"historicalTransactionsSent":true`
	shown := func(attributes string) string {
		return `{"data":{"type":"user","id":"u1","attributes":{` + attributes + `}}}`
	}
	for _, test := range []struct {
		name     string
		status   int
		body     string
		presence destination.Presence
		differs  []user.Field
		fault    string
	}{
		{"absent", 404, `{"errors":[{"status":"404"}]}`, destination.Absent, nil, ""},
		{"same", 200, shown(same), destination.Same, nil, ""},
		{"what is not shown is not compared", 200, shown(`"zipCode":"01238"`), destination.Same, nil, ""},
		{"nothing shown", 200, shown(``), destination.Same, nil, ""},
		{"null is not shown", 200, shown(`"zipCode":null`), destination.Same, nil, ""},
		{"what the record leaves out is not compared", 200, shown(same + `,"hashedEmail":"ab"`), destination.Same, nil, ""},
		{"different", 200, shown(`"email":"other@mail.example","zipCode":"1238","enrolledRewards":[],"historicalTransactionsSent":false,"birthYear":1987`), destination.Different,
			[]user.Field{user.Email, user.ZipCode, user.EnrolledRewards, user.HistoricalTransactionsSent}, ""},
		{"another user", 200, `{"data":` + u2 + `}`, destination.Unknown, nil, ""},
		{"nobody", 200, `{}`, destination.Unknown, nil, ""},
		{"absent, according to a gateway", 404, `<html>`, 0, nil, "denied http_404"},
		{"errors inside", 200, `{"data":` + u1 + `,"errors":[{"status":"500"}]}`, 0, nil, "perhaps taken other_id"},
		{"errors of another shape inside", 200, `{"data":` + u1 + `,"errors":[[]]}`, 0, nil, "perhaps taken other_id"},
		{"no errors inside", 200, `{"errors":[ ],"data":` + u1 + `,"more":1}`, destination.Same, nil, ""},
		{"errors that are null", 200, `{"errors":null,"data":` + u1 + `}`, destination.Same, nil, ""},
		{"one error without a list", 200, `{"data":` + u1 + `,"errors":{"status":"500"}}`, 0, nil, "perhaps taken not_json"},
		{"an escaped id", 200, `{"data":{"id":"\u0075\u0031","attributes":null}}`, destination.Same, nil, ""},
		{"a value in escapes", 200, shown(`"zip\u0043ode":"\u003012\u00338"`), destination.Same, nil, ""},
		{"attributes in a list", 200, `{"data":{"id":"u1","attributes":[]}}`, 0, nil, "perhaps taken not_json"},
		{"users in a list", 200, `{"data":[` + u1 + `]}`, 0, nil, "perhaps taken not_json"},
		{"a user who is null", 200, `{"data":null}`, destination.Unknown, nil, ""},
		{"no object at all", 200, `null`, 0, nil, "perhaps taken not_json"},
		{"two ids", 200, `{"data":{"id":"u1","id":"u1"}}`, 0, nil, "perhaps taken not_json"},
		{"two zip codes", 200, shown(`"zipCode":"01238","zipCode":"01238"`), 0, nil, "perhaps taken not_json"},
		{"more than one value", 200, `{"data":` + u1 + `} {}`, 0, nil, "perhaps taken not_json"},
		{"HTML", 200, `<html>`, 0, nil, "perhaps taken not_json"},
		{"cut", 200, `{"data":{"id":"u1","attributes":{"zip`, 0, nil, "perhaps taken cut_answer"},
		{"another shape", 200, `{"data":"u1"}`, 0, nil, "perhaps taken not_json"},
		{"no body", 200, ``, 0, nil, "perhaps taken not_json"},
		{"refused", 400, `{"errors":[{"title":"Bad Request"}]}`, 0, nil, "refused bad_request"},
		{"refused by a gateway", 400, `<html>`, 0, nil, "refused http_400"},
		{"server error", 500, `<html>`, 0, nil, "perhaps taken http_500"},
		{"busy", 429, ``, 0, nil, "not taken http_429"},
		{"denied", 403, ``, 0, nil, "denied http_403"},
	} {
		found, err := answering(t, test.status, test.body).Find(t.Context(), r)
		fault := ""
		if ce := expect.CallError(t, err); ce != nil {
			fault = ce.Fault.String() + " " + ce.Code
		}
		if found.Presence != test.presence || fault != test.fault || !cmp.Equal(found.Differs, test.differs) {
			t.Errorf("%s: got %+v, %s", test.name, found, fault)
		}
	}
}

// TestFindByNumber: an API may show an id of digits as a number.
func TestFindByNumber(t *testing.T) {
	for id, want := range map[string]destination.Presence{"7": destination.Same, "07": destination.Unknown, "7.0": destination.Unknown} {
		found, _ := answering(t, 200, `{"data":{"id":7,"attributes":{}}}`).Find(t.Context(), person(id))
		if found.Presence != want {
			t.Errorf("%s: got %v, want %v", id, found.Presence, want)
		}
	}
}

// TestHeldIsSentBack: an update carries all that the read showed and the record leaves
// out, exactly as it came, whatever its name and type.
func TestHeldIsSentBack(t *testing.T) {
	const shown = `"email":"zo\u00eb@mail.example","hashedEmail":null,"phoneNumber":4155552671,"birthYear":1990,"zipCode":{"code":"01238"},` +
		`"enrolledRewards":["CARDLINKED","LATER"],"historicalTransactionsSent":true,"cardNetwork":"VISA","consents":{"marketing":true,"at":[1,{"a":null}]},` +
		`"balance":12345678901234567890.10,"ratio":1e400,"minus":-0.0,"nothing":null,"no":false,"list":[ 1 , 2 ],"":"","Email":"x","a\"b\u007f":"\ud83d\ude00"`
	c := answering(t, 200, `{"data":{"id":"u1","attributes":{`+shown+`}}}`)
	for name, test := range map[string]struct {
		row  []user.Attribute
		want string // the attributes sent
	}{
		"nothing is given": {nil, shown},
		"a value takes the place of the one held": {
			[]user.Attribute{{Field: user.Email, Value: user.TextValue("new@mail.example")}},
			`"email":"new@mail.example",` + shown[len(`"email":"zo\u00eb@mail.example",`):],
		},
		"every field is given": {person("u1").User.Attributes,
			`"email":"frieda.mustermannu1@mail.example","phoneNumber":"+14155552671","birthYear":"1987","zipCode":"01238","enrolledRewards":["CARDLINKED"],` +
				`"historicalTransactionsSent":true,"hashedEmail":null,` + shown[strings.Index(shown, `"cardNetwork"`):]},
	} {
		r := &user.Record{User: user.User{ID: "u1", Attributes: test.row}}
		found, err := c.Find(t.Context(), r)
		if err != nil || found.HTTP != 200 {
			t.Fatal(found, err)
		}
		for _, a := range found.Held {
			if _, given := r.User.Value(a.Field); !given {
				r.User.Attributes = append(r.User.Attributes, a)
			}
		}
		want := `{"data":{"type":"user","id":"u1","attributes":{` + strings.ReplaceAll(test.want, `\u007f`, "\u007f") + `}}}`
		if diff := cmp.Diff(want, string(appendOne(nil, r))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// TestNothingIsHeld: an answer without attributes leaves nothing to send back.
func TestNothingIsHeld(t *testing.T) {
	for _, attributes := range []string{``, `,"attributes":null`, `,"attributes":{}`} {
		found, err := answering(t, 200, `{"data":{"id":"u1"`+attributes+`}}`).Find(t.Context(), &user.Record{User: user.User{ID: "u1"}})
		if err != nil || found.Presence != destination.Same || len(found.Held) != 0 {
			t.Errorf("%s: %+v %v", attributes, found, err)
		}
	}
}
