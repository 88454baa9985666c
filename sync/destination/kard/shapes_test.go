package kard

import (
	"bytes"
	"iter"
	"slices"
	"strconv"
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
	for _, body := range [][]byte{appendUsers(nil, records), escaped} {
		var m multiStatus // keeps the shapes of the answers before
		for changed := range changes(body) {
			want, err := decoded(changed, records)
			if got := m.read(changed, records); (got == nil) != (err == nil) || got == nil && !slices.Equal(m.echoed, want) {
				t.Fatalf("%s\n got %v, %v\nwant %v, %v", changed, m.echoed, got, want, err)
			}
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
			body = append(append(body, `{"number":`...), strconv.Itoa(1000*round+i)...)
			body = append(append(body, ',', '"'), strconv.Itoa(i%20)...)
			body = append(append(body, `":"text",`...), appendUser(nil, r)[1:]...)
		}
		if err := m.read(append(body, "]}"...), records); err != nil || slices.Contains(m.echoed, false) {
			t.Fatal(m.echoed, err)
		}
	}
	if m.shapes.parts > mostParts {
		t.Errorf("%d parts are kept", m.shapes.parts)
	}
}
