package scim

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"usersync/sync/destination"
	"usersync/sync/destination/destinationtest/expect"
	"usersync/sync/user"
)

func listed(users ...string) answer {
	return answer{200, `{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":` + string(rune('0'+len(users))) + `,"Resources":[` + strings.Join(users, ",") + `]}`}
}

// filters returns the searches that were made.
func (s *server) filters(t *testing.T) []string {
	var list []string
	for _, c := range s.calls {
		query, found := strings.CutPrefix(c.uri, "/v2/Users?filter=")
		if !found || c.method != "GET" {
			t.Errorf("not a search: %s %s", c.method, c.uri)
		}
		text, err := url.PathUnescape(query)
		if err != nil {
			t.Error(err)
		}
		list = append(list, text)
	}
	return list
}

const (
	annOurs    = `{"id":"k1","externalId":"a","userName":"Ann"}`
	annNobodys = `{"id":"k2","userName":"ANN"}`
	annOther   = `{"id":"k3","externalId":"hr-9","userName":"ann"}`
	bobOther   = `{"id":"k4","externalId":"hr-8","userName":"bob"}`
)

func TestFind(t *testing.T) {
	const byID, byName, byLow = `externalId eq "a"`, `userName eq "Ann"`, `userName eq "ann"`
	none := listed()
	for name, test := range map[string]struct {
		match   Match
		op      user.Op
		answers []answer
		want    destination.Presence
		remote  string
		asked   []string
	}{
		"ours":                             {ByExternalID, user.Upsert, []answer{listed(annOurs)}, destination.Same, "k1", []string{byID}},
		"ours among those of the name":     {ByExternalID, user.Upsert, []answer{none, listed(annOurs)}, destination.Same, "k1", []string{byID, byName}},
		"nobody":                           {ByExternalID, user.Upsert, []answer{none}, destination.Absent, "", []string{byID, byName, byLow}},
		"nobody, and names come first":     {ByUserName, user.Update, []answer{none}, destination.Absent, "", []string{byName, byLow, byID}},
		"somebody else's, to create":       {ByExternalID, user.Create, []answer{none, listed(annOther)}, destination.Different, "", []string{byID, byName}},
		"somebody else's, to upsert":       {ByUserName, user.Upsert, []answer{listed(annOther)}, destination.Different, "", []string{byName}},
		"somebody else's, to delete":       {ByExternalID, user.Delete, []answer{none, listed(annOther), none}, destination.Absent, "", []string{byID, byName, byLow}},
		"nobody's":                         {ByExternalID, user.Upsert, []answer{none, listed(annNobodys)}, destination.Unknown, "", []string{byID, byName}},
		"nobody's, and names are enough":   {ByUserName, user.Upsert, []answer{none, listed(annNobodys)}, destination.Same, "k2", []string{byName, byLow}},
		"two of ours":                      {ByExternalID, user.Upsert, []answer{listed(annOurs, strings.ReplaceAll(annOurs, "k1", "k9"))}, destination.Unknown, "", []string{byID}},
		"the filter is ignored":            {ByExternalID, user.Upsert, []answer{listed(bobOther)}, destination.Unknown, "", []string{byID, byName, byLow}},
		"the filter is ignored, and helps": {ByExternalID, user.Upsert, []answer{listed(bobOther, annOurs)}, destination.Same, "k1", []string{byID}},
		"the filter is refused":            {ByExternalID, user.Upsert, []answer{{400, `{"scimType":"invalidFilter"}`}}, destination.Unknown, "", []string{byID, byName, byLow}},
		"one filter is refused":            {ByExternalID, user.Upsert, []answer{{400, `{}`}, listed(annOurs)}, destination.Same, "k1", []string{byID, byName}},
		"one filter is not there":          {ByExternalID, user.Upsert, []answer{{501, `{}`}, none}, destination.Unknown, "", []string{byID, byName, byLow}},
		"more than is shown":               {ByExternalID, user.Upsert, []answer{{200, `{"totalResults":5,"Resources":[]}`}}, destination.Unknown, "", []string{byID, byName, byLow}},
		"nothing is said":                  {ByExternalID, user.Upsert, []answer{{200, `{}`}}, destination.Unknown, "", []string{byID, byName, byLow}},
		"an empty list alone":              {ByExternalID, user.Upsert, []answer{{200, `{"Resources":[]}`}}, destination.Absent, "", []string{byID, byName, byLow}},
		"a count in another type":          {ByExternalID, user.Upsert, []answer{{200, `{"totalresults":"0"}`}}, destination.Absent, "", []string{byID, byName, byLow}},
		"an error in a success":            {ByExternalID, user.Upsert, []answer{{200, `{"totalResults":0,"scimType":"tooMany"}`}}, destination.Unknown, "", []string{byID, byName, byLow}},
	} {
		c, s := serve(t, Config{Match: test.match}, test.answers...)
		r := person("a", "user_name", "Ann")
		r.Op = test.op
		found, err := c.Find(t.Context(), r)
		if err != nil || found.Presence != test.want || found.Remote != test.remote {
			t.Errorf("%s: %+v %v", name, found, err)
		}
		if diff := cmp.Diff(test.asked, s.filters(t)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// RFC 7644 3.4.2.2: a value is a JSON string.
func TestFilterIsEscaped(t *testing.T) {
	c, s := serve(t, Config{}, listed())
	if _, err := c.Find(t.Context(), person("a\"b\\c +&é", "title", "x")); err != nil {
		t.Fatal(err)
	}
	if want := "/v2/Users?filter=externalId%20eq%20%22a%5C%22b%5C%5Cc%20%2B%26%C3%A9%22"; s.calls[0].uri != want {
		t.Errorf("asked %s, want %s", s.calls[0].uri, want)
	}
}

func TestFindFails(t *testing.T) {
	for _, test := range []struct {
		remote string
		a      answer
		want   string
	}{
		{"", answer{200, "<html>"}, "perhaps taken:not_json"}, {"", answer{404, "{}"}, "denied:http_404"}, {"", answer{500, ""}, "perhaps taken:http_500"},
		{"k1", answer{200, "[]"}, "perhaps taken:not_json"}, {"k1", answer{404, "<html>"}, "denied:http_404"}, {"k1", answer{403, ""}, "denied:http_403"},
		{"k1", answer{400, `{"scimType":"sensitive"}`}, "refused:sensitive"},
	} {
		c, _ := serve(t, Config{}, test.a)
		_, err := c.Find(t.Context(), with(test.remote, person("a")))
		if ce := expect.CallError(t, err); ce == nil || ce.Fault.String()+":"+ce.Code != test.want {
			t.Errorf("%s %v: %v", test.remote, test.a, err)
		}
	}
}

// A conflict and a search that finds no user contradict each other: the user may or may
// not be there.
func TestConflictThenNoUser(t *testing.T) {
	c, _ := serve(t, Config{}, answer{409, unique}, listed())
	r := person("a", "user_name", "ann")
	outcomes, err := c.Apply(t.Context(), user.Batch{Op: user.Create, Records: []*user.Record{r}})
	if err != nil || outcomes[0].Status != user.Exists {
		t.Fatal(outcomes, err)
	}
	for _, want := range []destination.Presence{destination.Unknown, destination.Absent} {
		if found, err := c.Find(t.Context(), r); err != nil || found.Presence != want {
			t.Errorf("%+v %v, want %d", found, err, want)
		}
	}
	if len(c.conflicts.ids) > 0 {
		t.Errorf("remembers %v", c.conflicts.ids)
	}
}

func TestCompare(t *testing.T) {
	const held = `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"k1","externalId":"a","userName":"Ann","displayName":"Ann A","ACTIVE":true,
		"name":{"givenName":"Ann"},"emails":[{"type":"home","value":"h@example.com"},{"type":"Work","value":"Ann@example.com","primary":true}],
		"phoneNumbers":[{"type":"work","value":"tel:+1-415-555-0101"}],"addresses":[{"type":"work","streetAddress":"A\nB"}],"title":null,
		"roles":[{"value":"b"},{"value":"a","display":"A"}],"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"manager":"m-7","department":"Sales"}}`
	for name, test := range map[string]struct {
		r       *user.Record
		differs []user.Field
	}{
		"nothing differs": {person("a", "user_name", "ann", "email", "ann@example.com", "phone", "+14155550101", "address_line_1", "A", "address_line_2", "B", "active", "yes",
			"roles", `[{"value":"a"},{"value":"b"}]`, "manager", "m-7", "department", "Sales", "first_name", " Ann"), nil},
		"all differs": {person("a", "user_name", "anna", "email", "x@example.com", "phone", "+14155550102", "address_line_1", "A", "active", "no",
			"roles", `[{"value":"a"}]`, "manager", "m-8", "department", "sales", "display_name", "ann a", "external_id", "z"),
			[]user.Field{"user_name", "email", "phone", "address_line_1", "active", "roles", "manager", "department", "display_name", "external_id"}},
		"what is not shown":   {person("a", "title", "Dr", "nick_name", "A", "emails[other].value", "x"), nil},
		"cleared already":     {person("a", "title", "(clear)", "nick_name", "(clear)", "emails[other].value", "(clear)"), nil},
		"not cleared":         {person("a", "display_name", "(clear)", "email", "(clear)"), []user.Field{"display_name", "email"}},
		"another external id": {person("a", "external_id", "a"), nil},
	} {
		c, _ := serve(t, Config{}, answer{200, held})
		found, err := c.Find(t.Context(), with("k1", test.r))
		if err != nil || !slices.Equal(found.Differs, test.differs) || found.Remote != "k1" || (found.Presence == destination.Same) != (test.differs == nil) {
			t.Errorf("%s: %+v %v", name, found, err)
		}
		api := user.User{Attributes: found.Held}
		if _, whole := api.Value(destination.Whole); !whole {
			t.Errorf("%s: the user is not kept whole", name)
		}
		if title, shown := api.Value(user.Title); shown && title.Kind != user.Clear {
			t.Errorf("%s: a title is held: %v", name, title)
		}
	}
}

// If deletes deactivate, a deactivated user counts as absent, and sending a user activates
// it.
func TestCompareDeactivated(t *testing.T) {
	for active, want := range map[string][2]destination.Presence{
		"true": {destination.Different, destination.Same}, "false": {destination.Absent, destination.Different}, "null": {destination.Different, destination.Same},
	} {
		c, _ := serve(t, Config{Deactivate: true}, answer{200, `{"id":"k1","userName":"ann","active":` + active + `}`})
		for i, op := range []user.Op{user.Delete, user.Upsert} {
			r := with("k1", person("a", "user_name", "ann"))
			r.Op = op
			if found, err := c.Find(t.Context(), r); err != nil || found.Presence != want[i] {
				t.Errorf("active %s, %s: %+v %v", active, op, found, err)
			}
		}
	}
}
