package kard

import (
	"bytes"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"usersync/sync/user"
)

// TestEntriesAlike: an answer whose entries are written alike means what a decoder reads in it,
// whatever byte of it is missing, added or different.
func TestEntriesAlike(t *testing.T) {
	records := people(3)
	for _, r := range records {
		r.User.Attributes = r.User.Attributes[3:5]
	}
	twice := appendUsers(nil, []*user.Record{records[1], records[1]})
	escaped := bytes.ReplaceAll(twice, []byte(`"user"`), []byte(`"u\"s\"er"`))
	bodies := [][]byte{appendUsers(nil, records), escaped}
	for _, blank := range []string{" ", "\n", "\r", "\t"} {
		bodies = append(bodies, bytes.ReplaceAll(bodies[0], []byte(`":`), []byte(`"`+blank+":"+blank)))
	}
	for _, body := range bodies {
		var m multiStatus // keeps the shapes of the answers before
		for changed := range changes(body) {
			m.shapes.decoded = 0 // so that shapes are worth it
			want, err := decoded(changed, records)
			if got := m.read(changed, records); (got == nil) != (err == nil) || got == nil && !slices.Equal(m.echoed, want) {
				t.Fatalf("%s\n got %v, %v\nwant %v, %v", changed, m.echoed, got, want, err)
			}
		}
		if _, _, known := m.shapes.match(body[bytes.IndexByte(body, '[')+1:]); known != !bytes.Contains(body, []byte(`\`)) {
			t.Errorf("%s: the shape of its entries is known: %v", body, known)
		}
	}
}

// changes yields a body, and with each change of a byte after its first object.
func changes(body []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		more := yield(body)
		for at := bytes.IndexByte(body, '}'); at < len(body) && more; at++ {
			before, after := body[:at:at], body[at+1:]
			more = yield(before) && yield(append(before, after...))
			for _, c := range []byte("{}],:\"\\\n\x1f\xff1") {
				more = more && yield(append(append(before, c), after...)) && yield(append(append(before, c), body[at:]...))
			}
		}
	}
}

// decoded reads by other means which users an answer shows.
func decoded(body []byte, records []*user.Record) (shown []bool, err error) {
	var answer struct {
		Data []jsontext.Value `json:"data"`
	}
	if err := json.Unmarshal(body, &answer, lax); err != nil {
		return nil, err
	}
	shown = make([]bool, len(records))
	for _, v := range answer.Data {
		var entry struct {
			ID jsontext.Value `json:"id"`
		}
		if v.Kind() == '{' && json.Unmarshal(v, &entry, lax) == nil && entry.ID.Kind() == '"' {
			id, _ := jsontext.AppendUnquote(nil, entry.ID)
			if i := slices.IndexFunc(records, func(r *user.Record) bool { return r.User.ID == string(id) }); i >= 0 {
				shown[i] = true
			}
		}
	}
	return shown, nil
}

// TestReadAhead: a decoder that has read more than an entry misses nothing of it.
func TestReadAhead(t *testing.T) {
	records := people(2)
	first := string(appendUser(nil, records[0]))
	body := []byte(`{"data":[` + first + `,{"nested":[{},` + string(appendUser(nil, records[1])) + `]}]}`)
	var m multiStatus
	if err := m.read(appendUsers(nil, records), records); err != nil || slices.Contains(m.echoed, false) {
		t.Fatal(m.echoed, err)
	}
	m.reset(body, records)
	m.decoder.Reset(greedy{&m.source, bytes.Index(body, []byte("{},")) + len("{}")}, lax)
	if err := m.top(m.member); err != nil || !slices.Equal(m.echoed, []bool{true, false}) {
		t.Error(m.echoed, err)
	}
}

// greedy reads more than one object at first.
type greedy struct {
	source *stream
	first  int
}

func (g greedy) Read(b []byte) (n int, err error) {
	n, err = g.source.Read(b)
	for g.source.at < g.first && n < len(b) && err == nil {
		var more int
		more, err = g.source.Read(b[n:])
		n += more
	}
	return n, err
}

// TestOneEntryIsNotListed: an answer about one user is not read on as if it were a list.
func TestOneEntryIsNotListed(t *testing.T) {
	records := people(2)
	first, second := string(appendUser(nil, records[0])), string(appendUser(nil, records[1]))
	var m multiStatus
	if err := m.read([]byte(`{"data":`+first+`}`), records); err != nil || !slices.Equal(m.echoed, []bool{true, false}) {
		t.Error(m.echoed, err)
	}
	if err := m.read([]byte(`{"data":`+first+`,`+second+`}`), records); err == nil {
		t.Error("an answer that is not JSON was read:", m.echoed)
	}
}

// TestAnswersBefore: what an answer says does not depend on those that were read before it.
func TestAnswersBefore(t *testing.T) {
	var used multiStatus
	calls := [][]*user.Record{batch(user.Create, "u1", "u2", "7").Records, batch(user.Create, "u3", "7", "u4", "u1").Records}
	for range 2 {
		for _, body := range []string{
			`{"data":[` + u3 + `,` + u2 + `,` + u1 + `],"errors":[{"id":"u3"},{"id":"u2"},{"id":"u1"}]}`,
			`{"data":[{"id":7,"is":"a"},{"id":null,"is":"a"},{"id":["7"],"is":"a"}]}`, `{"data":[{"id":7,"is":"b"},{"id":null,"is":"b"},{"id":["7"],"is":"b"}]}`,
			`{"errors":[{"id":"u2"},{"id":"u1"}],"data":[` + u1 + `,` + u1 + `,{"id":"u1"`, `{}`,
		} {
			for _, records := range calls {
				var fresh multiStatus
				want, got := fresh.read([]byte(body), records), used.read([]byte(body), records)
				if (got == nil) != (want == nil) || got == nil && (!slices.Equal(used.echoed, fresh.echoed) || !slices.Equal(used.errors, fresh.errors) || used.unknownIDs != fresh.unknownIDs) {
					t.Errorf("%s\n got %v %v %d, %v\nwant %v %v %d, %v", body, used.echoed, used.errors, used.unknownIDs, got, fresh.echoed, fresh.errors, fresh.unknownIDs, want)
				}
			}
		}
	}
}

// TestShapesAreBounded: entries that are all written differently are read, and few of them kept.
func TestShapesAreBounded(t *testing.T) {
	records := people(100)
	var m multiStatus
	for round := range 10 {
		body := []byte(`{"data":[`)
		for i, r := range records {
			if i > 0 {
				body = append(body, ',')
			}
			for place, n := range []int{i, i / 10, round} {
				body = fmt.Appendf(body, `%c"%d":"","number %d":%d`, "{,,"[place], place, place, n)
			}
			body = append(append(body, ','), appendUser(nil, r)[1:]...)
		}
		if err := m.read(append(body, "]}"...), records); err != nil || slices.Contains(m.echoed, false) {
			t.Fatal(m.echoed, err)
		}
	}
	if m.shapes.parts != mostParts || len(m.shapes.first.next[0].next) > mostNext {
		t.Errorf("%d parts are kept", m.shapes.parts)
	}
	m = multiStatus{}
	if err := m.read(fmt.Appendf(nil, `{"data":[{"id":"a","more":"%*d"}]}`, longestEntry, 1), records); err != nil || m.shapes.parts > 0 {
		t.Errorf("%d parts of a long entry are kept, %v", m.shapes.parts, err)
	}
}

// TestShapesThatAreNotWorthIt: where each entry is written in a way of its own, no more shapes are
// kept or looked for; where most have a known one, they are, however many answers there are.
func TestShapesThatAreNotWorthIt(t *testing.T) {
	for points, want := range map[string]bool{"0": true, "%d": false} {
		records, n := people(100), 0
		var m multiStatus
		var body []byte
		for range 3 * leastDecoded {
			body = []byte(`{"data":[`)
			for _, r := range records {
				n++
				user := appendUser(nil, r)
				body = append(append(body, user[:len(user)-1]...), `,"points":`...)
				body = append(append(body, strings.ReplaceAll(points, "%d", fmt.Sprint(n))...), "},"...)
			}
			body = append(body[:len(body)-1], "]}"...)
			if err := m.read(body, records); err != nil || slices.Contains(m.echoed, false) {
				t.Fatal(m.echoed, err)
			}
			if !want && m.shapes.decoded > 2*leastDecoded {
				break
			}
		}
		other := []byte(`{"data":[{"id":"` + records[0].User.ID + `"}]}`)
		if err := m.read(other, records); err != nil || !m.echoed[0] {
			t.Fatal(m.echoed, err)
		}
		if _, _, known := m.shapes.match(other[bytes.IndexByte(other, '[')+1:]); known != want || m.shapes.decoded < leastDecoded {
			t.Errorf("points %s: known %v after %d entries that were decoded", points, known, m.shapes.decoded)
		}
	}
}
