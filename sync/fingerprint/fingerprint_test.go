package fingerprint

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"usersync/sync/user"
)

var testKey = NewKey()

func prints(pairs ...user.Fingerprint) user.Fingerprints { return user.Fingerprints{Fields: pairs} }

func tenFields() user.User {
	return user.User{ID: "cust-00007919", Attributes: []user.Attribute{
		text(user.Email, "first.last1@example.com"), text(user.Phone, "+14150000001"),
		text(user.FirstName, "Josephine"), text(user.LastName, "Baker-Miller"),
		text(user.City, "San Francisco"), text(user.ZipCode, "94105"), text(user.State, "CA"), text(user.BirthYear, "1987"),
		{Field: user.EnrolledRewards, Value: user.JSONValue(`["CARDLINKED"]`)}, text(user.Role, "member"),
	}}
}

func ada(attributes ...user.Attribute) *user.User {
	return &user.User{ID: "ada", Attributes: attributes}
}

func text(f user.Field, s string) user.Attribute {
	return user.Attribute{Field: f, Value: user.TextValue(s)}
}

func TestFingerprintsDiffer(t *testing.T) {
	p := NewFingerprinter(testKey)
	sum := func(u *user.User) uint64 { return p.Fingerprints(nil, u).Fields[0].Sum }
	base := sum(ada(text(user.City, "1")))
	others := map[string]uint64{
		"text":  sum(ada(text(user.City, "2"))),
		"empty": sum(ada(text(user.City, ""))),
		"field": sum(ada(text(user.State, "1"))),
		"kind":  sum(ada(user.Attribute{Field: user.City, Value: user.JSONValue("1")})),
		"id":    sum(&user.User{ID: "adb", Attributes: []user.Attribute{text(user.City, "1")}}),
		"key":   NewFingerprinter(NewKey()).Fingerprints(nil, ada(text(user.City, "1"))).Fields[0].Sum,
		"shift": sum(ada(text("city\x001", ""))),
	}
	for what, other := range others {
		if other == base {
			t.Errorf("another %s gives the same print", what)
		}
	}
	if again := NewFingerprinter(testKey).Fingerprints(nil, ada(text(user.City, "1"))).Fields[0].Sum; again != base {
		t.Error("the same gives another print")
	}
}

// A user who has nothing but an id is the same only if something is certain of that user.
func TestUsersWithOnlyAnID(t *testing.T) {
	p := NewFingerprinter(testKey)
	bare, other := ada(), ada(text(user.City, "1"))
	secret := &user.User{ID: "ada", Secrets: []user.SecretAttribute{{Field: user.Password, Value: user.NewSecret("1")}}}
	held := p.Held(nil, bare)
	if len(held.Fields) != 1 || held.Fields[0].Field != user.ID || held.Fields[0] == p.Held(nil, &user.User{ID: "adb"}).Fields[0] {
		t.Errorf("held: %+v", held)
	}
	for _, u := range []*user.User{other, secret} {
		if got := p.Held(nil, u); !Same(p.Fingerprints(nil, u), got) || len(got.Fields) != len(u.Attributes) {
			t.Errorf("%+v are not the fingerprints of the values", got)
		}
	}
	for name, c := range map[string]struct {
		known user.Fingerprints
		want  []user.Field
	}{
		"held":                     {held, nil},
		"with a value":             {p.Held(nil, other), nil},
		"with a secret":            {p.Held(nil, secret), nil},
		"nothing is certain":       {user.Fingerprints{}, []user.Field{user.ID}},
		"a new id":                 {user.Renamed(), []user.Field{user.ID}},
		"an update was in doubt":   {Merge(p.Held(nil, other), user.Fingerprints{}, []user.Field{user.City}), []user.Field{user.ID}},
		"one of a user with an id": {Merge(Merge(held, p.Held(nil, other), nil), user.Fingerprints{}, []user.Field{user.City}), nil},
	} {
		got := p.Fingerprints(nil, bare)
		if differs := Differs(nil, c.known, got); !slices.Equal(differs, c.want) || Same(c.known, got) != (c.want == nil) {
			t.Errorf("%s: differs %v", name, differs)
		}
	}
}

// That the destination knows a user under an earlier id is known until a call has told it the new
// one, whatever becomes uncertain.
func TestRenamedUsers(t *testing.T) {
	p := NewFingerprinter(testKey)
	prints := p.Held(nil, ada(text(user.City, "1")))
	for name, c := range map[string]struct {
		known user.Fingerprints
		want  bool
	}{
		"a new id":             {user.Renamed(), true},
		"another":              {Uncertain(user.Renamed()), true},
		"an update in doubt":   {Merge(user.Renamed(), user.Fingerprints{}, []user.Field{user.City}), true},
		"an update":            {Merge(user.Renamed(), prints, nil), false},
		"one of nothing":       {Merge(user.Renamed(), p.Held(nil, ada()), nil), false},
		"an earlier program's": {Merge(user.Fingerprints{Fields: append(user.Renamed().Fields, prints.Fields...)}, prints, nil), false},
		"none":                 {Uncertain(prints), false},
	} {
		if c.known.EarlierID() != c.want {
			t.Errorf("%s: %+v", name, c.known)
		}
	}
	if old := user.Renamed(); Same(old, prints) || len(Merge(old, prints, nil).Fields) != 1 || !old.EarlierID() {
		t.Errorf("%+v", old)
	}
}

// The stored fingerprints of every ledger depend on this. If it fails, raise Version.
func TestFingerprintsAreStable(t *testing.T) {
	key, err := ParseKey(strings.Repeat("0f", 32))
	if err != nil {
		t.Fatal(err)
	}
	u := ada(text(user.Email, "ada@example.com"))
	u.Secrets = []user.SecretAttribute{{Field: user.SSN, Value: user.NewSecret("078-05-1120")}}
	got := NewFingerprinter(key).Fingerprints(nil, u)
	if s := fmt.Sprintf("%d %x %x %s", Version, got.Fields[0].Sum, got.Secrets, key.Check()); s != "1 5182c11fe4dcd8af 6e6f14775c9c4b8a9e9d455c0f7f6418 d2f459e49143e6201d9d7fbb40682aa5" {
		t.Errorf("got %s", s)
	}
}

func TestSecretsShareOneFingerprint(t *testing.T) {
	p := NewFingerprinter(testKey)
	secrets := func(pairs ...string) [16]byte {
		u := ada()
		for i := 0; i < len(pairs); i += 2 {
			u.Secrets = append(u.Secrets, user.SecretAttribute{Field: user.Field(pairs[i]), Value: user.NewSecret(pairs[i+1])})
		}
		return p.Fingerprints(nil, u).Secrets
	}
	both := secrets("ssn", "1", "password", "2")
	if both != secrets("password", "2", "ssn", "1") {
		t.Error("the order of the columns matters")
	}
	if both == secrets("ssn", "2", "password", "1") || both == secrets("ssn", "1") || both == secrets("ssn", "12", "password", "") {
		t.Error("different secrets look the same")
	}
	if secrets() != ([16]byte{}) || both == ([16]byte{}) {
		t.Error("no secrets and some look the same")
	}
}

func TestSameAndDiffers(t *testing.T) {
	known := user.Fingerprints{Fields: []user.Fingerprint{{Field: "a", Sum: 1}, {Field: "b", Sum: 2}}, Secrets: [16]byte{1}}
	for name, c := range map[string]struct {
		got  user.Fingerprints
		want []user.Field
	}{
		"equal":          {known, nil},
		"less":           {prints(user.Fingerprint{Field: "b", Sum: 2}), nil},
		"nothing":        {user.Fingerprints{}, nil},
		"other order":    {prints(user.Fingerprint{Field: "b", Sum: 2}, user.Fingerprint{Field: "a", Sum: 1}), nil},
		"more":           {prints(user.Fingerprint{Field: "c", Sum: 2}), []user.Field{"c"}},
		"other value":    {prints(user.Fingerprint{Field: "a", Sum: 2}, user.Fingerprint{Field: "b", Sum: 2}), []user.Field{"a"}},
		"other secrets":  {user.Fingerprints{Secrets: [16]byte{2}}, []user.Field{Secrets}},
		"secrets anew":   {user.Fingerprints{Secrets: [16]byte{1}}, nil},
		"swapped values": {prints(user.Fingerprint{Field: "a", Sum: 2}, user.Fingerprint{Field: "b", Sum: 1}), []user.Field{"a", "b"}},
	} {
		if got := Differs(nil, known, c.got); !slices.Equal(got, c.want) || Same(known, c.got) != (c.want == nil) {
			t.Errorf("%s: differs %v", name, got)
		}
	}
}

func TestFingerprintsAllocateNothing(t *testing.T) {
	p, u := NewFingerprinter(testKey), tenFields()
	u.Secrets = []user.SecretAttribute{{Field: user.SSN, Value: user.NewSecret("1")}, {Field: user.Password, Value: user.NewSecret("2")}}
	room := p.Fingerprints(nil, &u).Fields
	if n := testing.AllocsPerRun(100, func() { room = p.Fingerprints(room, &u).Fields }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestStoredFingerprintsRoundTrip(t *testing.T) {
	number := map[string]int64{}
	name := map[int64]string{}
	rapid.Check(t, func(r *rapid.T) {
		var in user.Fingerprints
		for _, f := range rapid.SliceOfDistinct(rapid.String(), rapid.ID).Draw(r, "fields") {
			if number[f] == 0 {
				number[f] = int64(len(number) + 1)
				name[number[f]] = f
			}
			in.Fields = append(in.Fields, user.Fingerprint{Field: user.Field(f), Sum: rapid.Uint64().Draw(r, "sum")})
		}
		in.Secrets[0] = rapid.Byte().Draw(r, "secrets")
		b := Append(nil, in, func(s string) int64 { return number[s] })
		lookup := func(n int64) (string, error) { return name[n], nil }
		out, err := Decode(b, lookup, nil)
		if err != nil || !slices.Equal(in.Fields, out.Fields) || in.Secrets != out.Secrets {
			r.Fatal(in, out, err)
		}
		if cut := rapid.IntRange(1, len(b)-1).Draw(r, "cut"); (cut-2)%9 != 0 {
			_, _ = Decode(b[:cut], lookup, nil) // may fail, must not panic
		}
	})
	if p, err := Decode([]byte{Version + 1, 7, 7}, nil, nil); err != nil || len(p.Fields) > 0 {
		t.Error("prints of another version:", p, err)
	}
}

// Decode uses the memory that it is given, and no more of it than it needs to.
func TestStoredFingerprintsUseRoom(t *testing.T) {
	name := func(int64) (string, error) { return "a", nil }
	stored := func(sums ...uint64) (b []byte) {
		var p user.Fingerprints
		for _, sum := range sums {
			p.Fields = append(p.Fields, user.Fingerprint{Field: "a", Sum: sum})
		}
		return Append(nil, p, func(string) int64 { return 1 })
	}
	room := make([]user.Fingerprint, 0, 2)
	for _, sums := range [][]uint64{{1, 2}, {3}, {}, {4, 5}} {
		b := stored(sums...)
		var got user.Fingerprints
		if n := testing.AllocsPerRun(10, func() { got, _ = Decode(b, name, room) }); n > 0 || len(got.Fields) != len(sums) {
			t.Errorf("%d sums: got %v with %v allocations", len(sums), got, n)
		}
	}
	if more, err := Decode(stored(6, 7, 8), name, room); err != nil || len(more.Fields) != 3 || room[:2][0].Sum != 4 {
		t.Error("more than there is room for:", more, err, room[:2])
	}
}

func TestKeyDoesNotPrint(t *testing.T) {
	k := NewKey()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d"} {
		if got := fmt.Sprintf(verb, struct{ K Key }{k}); strings.Contains(got, k.Text()[:8]) || !strings.Contains(got, "***") {
			t.Errorf("%s prints %s", verb, got)
		}
	}
}

func BenchmarkFingerprints(b *testing.B) {
	p := NewFingerprinter(NewKey())
	u := tenFields()
	var room []user.Fingerprint
	b.ReportAllocs()
	for b.Loop() {
		room = p.Fingerprints(room, &u).Fields
	}
}
