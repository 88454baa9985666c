package onbo

import (
	"testing"

	"usersync/sync/destination"
	"usersync/sync/destination/destinationtest/expect"
	"usersync/sync/user"
)

func TestList(t *testing.T) {
	const one = `{"uuid":"k-1","email":"a@x.example","first_name":"Ann"}`
	for _, test := range []struct {
		status int
		body   string
		users  int
		total  int
		fault  string
	}{
		{200, `{"data":[` + one + `],"pagination":{"offset":0,"limit":25,"total":7}}`, 1, 7, ""},
		{200, `{"data":[` + one + `],"pagination":{"total":"7"}}`, 1, 7, ""},
		{200, `{"data":[],"pagination":{"total":0}}`, 0, 0, ""},
		{200, `{"data":[` + one + `]}`, 1, -1, ""},
		{200, `[` + one + `]`, 1, -1, ""},
		{200, `{"data":[` + one + `],"pagination":{"total":-1}}`, 1, -1, ""},
		{200, `{"message":"User not found"}`, 0, 0, "refused"},
		{200, `{"data":null}`, 0, 0, "refused"},
		{200, `nothing`, 0, 0, "refused"},
		{204, ``, 0, 0, "refused"},
		{400, `{"message":"Invalid limit"}`, 0, 0, "refused"},
		{404, ``, 0, 0, "refused"},
		{405, ``, 0, 0, "refused"},
		{500, ``, 0, 0, "perhaps taken"},
	} {
		page, err := answering(t, test.status, test.body).List(t.Context(), 100)
		fault := ""
		if ce := expect.CallError(t, err); ce != nil {
			fault = ce.Fault.String()
		}
		if fault != test.fault || fault == "" && (len(page.Users) != test.users || page.Total != test.total || test.users > 0 && page.Users[0].Remote != "k-1") {
			t.Errorf("%d %s: %+v %v", test.status, test.body, page, err)
		}
	}
}

// TestFits: every field that Onbo shows is the record's, and none is missing.
func TestFits(t *testing.T) {
	c := answering(t, 200, "")
	r := without(borrower(1, 0), user.CreditReport, user.AssetReport)
	shown := c.sent(r)
	held := func(change func(*user.Attribute) bool) destination.Listed {
		u := destination.Listed{Remote: "k"}
		for _, a := range shown.User.Attributes {
			if !isShown(a.Field) || change != nil && !change(&a) {
				continue
			}
			u.Held = append(u.Held, a)
		}
		return u
	}
	if !c.Fits(r, held(nil)) {
		t.Fatal("the user as it was sent does not fit")
	}
	for _, a := range held(nil).Held {
		if c.Fits(r, held(func(other *user.Attribute) bool { return other.Field != a.Field })) {
			t.Errorf("fits although %s is not shown", a.Field)
		}
		if c.Fits(r, held(func(other *user.Attribute) bool {
			if other.Field == a.Field {
				other.Value.Text = "9999"
			}
			return true
		})) {
			t.Errorf("fits although %s differs", a.Field)
		}
		if c.Fits(without(r, a.Field), held(nil)) {
			t.Errorf("fits although %s is shown and the record has none", a.Field)
		}
	}
	if c.Fits(r, destination.Listed{Remote: "k"}) {
		t.Error("a user of whom nothing is shown fits")
	}
}
