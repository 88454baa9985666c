package object

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"testing"

	"usersync/reader/mapping"
	"usersync/sync/user"
)

// Each record is parsed twice, after the one before it: what a key was the first time does not
// hide that it appears twice, or that its value is of another kind now.
func TestMembers(t *testing.T) {
	p := newParser(t)
	for _, c := range [][2]string{
		{`{"id":"1","old":{"a":1},"address":{"city":"Bonn"}}`, "1 address.city=Bonn"},
		{`{"address":"Bonn","id":"1"}`, "unknown_column"},
		{`{"address":{"city":"Bonn"},"id":"1"}`, "1 address.city=Bonn"},
		{`{"id":"1","extra":{"city":"a","x":"b"},"address":{"city":"c"}}`, "1 address.city=c extra.city=a extra.x=b"},
		{`{"id":"1","ol\u0064":1}`, "1"},
		{`{"id":"1","old":1,"old":2}`, "duplicate_key"},
		{`{"id":"1","old":1,"ol\u0064":2}`, "duplicate_key"},
		{`{"id":"1","i\u0064":"2"}`, "duplicate_key id"},
		{`{"id":"1","old":[{"a":1,"a":2}]}`, "duplicate_key"},
		{`{"id":"1","address":{"city":"a","city":"b"}}`, "duplicate_key"},
		{`{"id":"1","address":{"city":"a"},"address":{}}`, "duplicate_key"},
		{`{"id":"1","address":{"city":"a"},"address.city":"b"}`, "duplicate_key address.city"},
		{`{"email":"a","id":"1","email":"b"}`, "duplicate_key email"},
		{`{"id":{"city":1,"city":1},"name":"a"}`, "duplicate_key"},
		{`[{"id":"1","id":"2"}]`, "duplicate_key"},
		{`[{"id":"1"}]`, "not_object"},
		{` { "email" : [ "]" , "}\"" ] , "id" : -1.0e+2 } `, `-1.0e+2 email=["]","}\""]`},
		{`{"id":"\\","old":"{\"id\":\"2\"}","email":""}`, `\`},
		{`{"id":"1","email":null,"name":true}`, "1 name=true"},
	} {
		for range 2 {
			if got := parsed(p, c[0]); got != c[1] {
				t.Errorf("%s: %s, want %s", c[0], got, c[1])
			}
		}
	}
}

// parsed returns the cells of a record that are not empty, or what is wrong with it.
func parsed(p *Parser, raw string) string {
	if invalid := p.Parse(raw); invalid != nil {
		return strings.TrimSpace(invalid.Code + " " + invalid.Column)
	}
	var all []string
	for i, cell := range p.Cells {
		if name := p.mapper.Name(i); cell.Text != "" && name == string(user.ID) {
			all = append(all, cell.Text)
		} else if cell.Text != "" {
			all = append(all, name+"="+cell.Text)
		}
	}
	return strings.Join(all, " ")
}

// More keys than are remembered are read all the same, and so is what comes after them.
func TestManyMembers(t *testing.T) {
	m, err := mapping.New(mapping.Options{Header: []string{"id"}, Names: map[string]user.Field{"id": user.ID}, Typed: true,
		Config: mapping.Config{Fields: mapping.Fields{{Field: "id", Column: "id"}}}})
	if err != nil {
		t.Fatal(err)
	}
	p := NewParser(m, nil, nil)
	for record := range 3 {
		var raw strings.Builder
		for i := range mostMembers {
			fmt.Fprintf(&raw, `"%d-%d":1,`, record, i)
		}
		for _, c := range [][2]string{
			{"{" + raw.String() + `"id":"1"}`, "1"},
			{"{" + raw.String() + fmt.Sprintf(`"%d-9":2,"id":"1"}`, record), "duplicate_key"},
			{`{"old":1,"id":"2"}`, "2"},
		} {
			if got := parsed(p, c[0]); got != c[1] {
				t.Errorf("%.40s: %s, want %s", c[0], got, c[1])
			}
		}
	}
}

// Keys of an object under extra are read, also if a record before had no object there.
func TestExtraIsNoObjectFirst(t *testing.T) {
	names := map[string]user.Field{"id": user.ID}
	m, err := mapping.New(mapping.Options{Header: []string{"id"}, Names: names, Typed: true, Config: mapping.Config{Ignore: []string{"extra"}}})
	if err != nil {
		t.Fatal(err)
	}
	p := NewParser(m, names, nil)
	for _, c := range [][2]string{
		{`{"id":"1","extra":null}`, "1"},
		{`{"id":"2","extra":{"k":"v"}}`, "2 extra.k=v"},
		{`{"id":"3","extra":"x"}`, "3"},
		{`{"id":"4","extra":{"k":"w"}}`, "4 extra.k=w"},
	} {
		if got := parsed(p, c[0]); got != c[1] {
			t.Errorf("%s: %s, want %s", c[0], got, c[1])
		}
	}
}

// A key is the same key in every spelling: once it has been a column of its own, its objects are
// kept whole.
func TestExtraInAnotherSpelling(t *testing.T) {
	for _, key := range []string{"extra", "attributes"} {
		for _, scalar := range []string{key, `\u00` + fmt.Sprintf("%x", key[0]) + key[1:]} {
			p := newParserFor(t, mapping.Accepts{Any: true})
			for _, c := range [][2]string{
				{`{"id":"1","` + key + `":{"k":"v"}}`, "1 " + key + ".k=v"},
				{`{"id":"2","` + scalar + `":"x"}`, "2 " + key + "=x"},
				{`{"id":"3","` + key + `":{"k":"w"}}`, "3 " + key + `={"k":"w"}`},
			} {
				if got := parsed(p, c[0]); got != c[1] {
					t.Errorf("%s: %s, want %s", c[0], got, c[1])
				}
			}
		}
	}
}

// What is remembered of a record is no longer than its keys, however deep they are, and it is
// not kept if they are many.
func TestMembersAreBounded(t *testing.T) {
	var many strings.Builder
	for i := range 50_000 {
		fmt.Fprintf(&many, `"%d":1,`, i)
	}
	deep := strings.Repeat(`{"`+strings.Repeat("k", 500)+`":`, 900) + "1" + strings.Repeat("}", 900)
	m, err := mapping.New(mapping.Options{Header: []string{"id"}, Names: map[string]user.Field{"id": user.ID}, Typed: true,
		Config: mapping.Config{Fields: mapping.Fields{{Field: "id", Column: "id"}}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, raw := range []string{deep, "{" + many.String() + `"id":"1"}`} {
		p, before := NewParser(m, nil, nil), used()
		for _, raw := range []string{raw, `{"id":"2"}`, `{"id":"3"}`} {
			if invalid := p.Parse(raw); invalid != nil {
				t.Fatal(invalid)
			}
		}
		if kept := int64(used()) - int64(before); kept > 8*int64(len(raw)) {
			t.Errorf("a parser keeps %d bytes of a record of %d", kept, len(raw))
		}
		runtime.KeepAlive(p)
	}
}

func used() uint64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// What it takes to read a record grows with its length, however many keys it has, and however deep
// they are. A key that is deeper than keys are read is not known.
func TestReadingIsInProportion(t *testing.T) {
	many := func(format string) string {
		var raw strings.Builder
		for i := range 8_000 {
			fmt.Fprintf(&raw, format, i)
		}
		return `{"id":"1",` + strings.TrimSuffix(raw.String(), ",") + "}"
	}
	deep := func(key string, depth int) string {
		return `{"id":"1","x":` + strings.Repeat(`{"`+key+`":`, depth) + "1" + strings.Repeat("}", depth) + "}"
	}
	for name, c := range map[string]struct{ raw, code string }{
		"columns":          {many(`"extra.%d":1,`), ""},
		"nested columns":   {many(`"extra.%d":{"a":1},`), ""},
		"unknown keys":     {many(`"unknown %d":1,`), "unknown_column"},
		"deep keys":        {deep("k", 9_000), "unknown_column"},
		"long, deep keys":  {deep(strings.Repeat("k", 100), 5_000), "unknown_column"},
		"keys in long one": {`{"id":"1","` + strings.Repeat("k", 50_000) + `":` + many(`"%d":1,`) + "}", "unknown_column"},
	} {
		p, before := newParser(t), allocated()
		invalid := p.Parse(c.raw)
		if took := allocated() - before; took > 200*uint64(len(c.raw)) {
			t.Errorf("%s: a record of %d bytes takes %d", name, len(c.raw), took)
		}
		if code := codeOf(invalid); code != c.code {
			t.Errorf("%s: %s, want %s", name, code, c.code)
		}
		k := Keys{Known: p.mapper.Ignores}
		before = allocated()
		k.Add([]byte(c.raw))
		k.Texts([]byte(c.raw), func(string, string) {})
		if took := allocated() - before; took > 1000*uint64(len(c.raw)) {
			t.Errorf("%s: the keys of %d bytes take %d", name, len(c.raw), took)
		}
	}
}

func codeOf(invalid *user.InvalidError) string {
	if invalid == nil {
		return ""
	}
	return invalid.Code
}

// allocated is how many bytes have been allocated so far.
func allocated() uint64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.TotalAlloc
}

// A record may not add more columns than there can be, neither as a value nor as an object. Those
// that are known are still read.
func TestTooManyColumns(t *testing.T) {
	p := newParser(t)
	for i := 0; p.mapper.Columns() < 10_000; i++ {
		if _, found := p.mapper.Column(fmt.Sprint("extra.", i)); found != mapping.Read {
			t.Fatal(i, found)
		}
	}
	for _, c := range [][2]string{
		{`{"id":"1","extra.last":1}`, "too_many_columns"},
		{`{"id":"1","extra":{"last":{}}}`, "too_many_columns"},
		{`{"id":"1","unknown":1,"extra.last":1}`, "unknown_column"},
		{`{"id":"1","extra":{"7":"x"}}`, "1 extra.7=x"},
	} {
		for range 2 {
			if got := parsed(p, c[0]); got != c[1] {
				t.Errorf("%s: %s, want %s", c[0], got, c[1])
			}
		}
	}
}

// Keys are read as deep as they can be.
func TestDeepestKey(t *testing.T) {
	path := strings.Repeat("k.", 64) + "last"
	m, err := mapping.New(mapping.Options{Header: []string{"id", path, "k." + path}, Names: map[string]user.Field{"id": user.ID}, Typed: true,
		Config: mapping.Config{Fields: mapping.Fields{{Field: "id", Column: "id"}, {Field: "extra.last", Column: path}, {Field: "extra.deeper", Column: "k." + path}}}})
	if err != nil {
		t.Fatal(err)
	}
	p := NewParser(m, nil, nil)
	for depth, want := range map[int]string{64: "1 " + path + "=x", 65: "1"} {
		raw := `{"id":"1",` + strings.Repeat(`"k":{`, depth) + `"last":"x"` + strings.Repeat("}", depth) + "}"
		if got := parsed(p, raw); got != want {
			t.Errorf("%d deep: %s, want %s", depth, got, want)
		}
		k := Keys{Known: m.Ignores}
		k.Add([]byte(raw))
		if found := slices.Contains(k.Names, strings.Repeat("k.", depth)+"last"); found != (depth == 64) {
			t.Errorf("%d deep: the keys are %q", depth, k.Names)
		}
	}
}

// Keys that are not remembered, because they are long or because there are many, are read as all
// others, and so are the keys inside of them.
func TestKeysThatAreNotRemembered(t *testing.T) {
	long := strings.Repeat("k", longestKey)
	m, err := mapping.New(mapping.Options{Header: []string{"id", long + ".city", "late.city"}, Names: map[string]user.Field{"id": user.ID}, Typed: true,
		Config: mapping.Config{Fields: mapping.Fields{{Field: "id", Column: "id"}, {Field: "extra.city", Column: long + ".city"}, {Field: "extra.late", Column: "late.city"}}}})
	if err != nil {
		t.Fatal(err)
	}
	p := NewParser(m, nil, nil)
	check := func() {
		for _, c := range [][2]string{
			{`{"` + long + `s":{"city":"a"},"` + long + `":{"city":"b"},"id":"1"}`, "1 " + long + ".city=b"},
			{`{"id":"1","` + long + `":{"city":"b","city":"c"}}`, "duplicate_key"},
			{`{"other":{"city":"a"},"late":{"city":"b"},"id":"1"}`, "1 late.city=b"},
			{`{"id":"1","late":{},"late":{}}`, "duplicate_key"},
		} {
			for range 2 {
				if got := parsed(p, c[0]); got != c[1] {
					t.Errorf("%.300s: %s, want %s", c[0], got, c[1])
				}
			}
		}
	}
	var many strings.Builder
	for i := range mostMembers {
		fmt.Fprintf(&many, `"%d":1,`, i)
	}
	parsed(p, "{"+many.String()+`"id":"1"}`)
	check()
	if len(p.members) != mostMembers {
		t.Errorf("%d keys are remembered", len(p.members))
	}
	for range forgetAfter + 2 {
		parsed(p, `{"id":"1","late":{"city":"b"}}`)
	}
	if len(p.members) > 10 || p.strict {
		t.Errorf("%d keys are remembered after many records that are alike, which are read twice: %v", len(p.members), p.strict)
	}
	check()
}
