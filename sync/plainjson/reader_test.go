package plainjson

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// source is what both readers have.
type source interface {
	PeekKind() jsontext.Kind
	ReadToken() (jsontext.Token, error)
	ReadValue() (jsontext.Value, error)
	InputOffset() int64
}

// walk reads a text, entering the brackets for which the next bit of enter is set, and returns
// all that it saw.
func walk(s source, enter uint64) string {
	var seen strings.Builder
	for depth := 0; ; {
		kind := s.PeekKind()
		seen.WriteByte(byte(kind))
		var err error
		var what string
		switch bracket := kind == '{' || kind == '['; {
		case kind == '}' || kind == ']' || kind == 0 || bracket && enter&1 == 1:
			var token jsontext.Token
			if token, err = s.ReadToken(); err == nil {
				what = token.String()
			}
			if bracket {
				enter >>= 1
				depth++
			}
		default:
			if bracket {
				enter >>= 1
			}
			var value jsontext.Value
			value, err = s.ReadValue()
			what = string(value)
		}
		if err != nil {
			if errors.Is(err, io.EOF) {
				return seen.String() + " at the end"
			}
			return seen.String() + " " + err.Error()
		}
		fmt.Fprintf(&seen, "%s@%d ", what, s.InputOffset())
	}
}

// decoder is jsontext as Reader uses it.
func decoder(text string, lax bool) source {
	return jsontext.NewDecoder(bytes.NewBufferString(text), jsontext.AllowInvalidUTF8(lax))
}

func reader(text string, lax bool) *Reader {
	r := &Reader{Lax: lax}
	r.Reset([]byte(text))
	return r
}

var texts = []string{
	`{"id":"7","a":1,"b":-0.5e+10,"c":[true,false,null,{}],"d":{"e":{"f":[[]]}}}`, ` { "id" : "7" , "a" : [ 1 , 2 ] } `,
	`[]`, `{}`, `""`, `7`, `null`, ``, ` `, `{"a":"x\ny"}`, `{"a":"\u00e4"}`, `{"a":"\ud800"}`, `{"ä":"ö"}`, "{\"a\":\"\xff\"}", "{\"a\":\"x\x01\"}", "{\"a\":\"x\x01 and much more\"}",
	`{"a":1,"a":2}`, `{"a":{"b":1,"b":2}}`, `{"a":[{"b":1,"c":{"b":1}},{"b":1}],"b":1}`, `{"a":{"b":1},"c":{"b":1},"b":1,"c":1}`,
	`{"a":1,}`, `{,}`, `{"a"}`, `{"a":}`, `{"a" 1}`, `{"a":1 "b":2}`, `{1:2}`, `[1,]`, `[1 2]`, `[,1]`, `[1}`, `{"a":1]`, `{"a":1`, `[1`, `{"a`, `{"a":"1234567`, `{"a":1}}`, `{"a":1} {"b":2}`, `1 2`,
	`{"a":01}`, `{"a":+1}`, `{"a":1.}`, `{"a":.5}`, `{"a":1e}`, `{"a":-}`, `{"a":NaN}`, `{"a":nul}`, `{"a":True}`, `{"a":1}x`, `{"a":truex}`, `{"a":1x}`, `]`, `,`, `:`,
	`{"12345678":"123456789012345","1234567":"1234567890123456\"","x":"12345678\\"}`,
	strings.Repeat("[", 70) + strings.Repeat("]", 70), `{"a":"` + strings.Repeat("é", 20) + `"}`,
}

// FuzzReader compares a Reader with jsontext, for a text, and for the same values with all
// ways to enter brackets.
func FuzzReader(f *testing.F) {
	for _, text := range texts {
		f.Add(text, ^uint64(0))
		f.Add(text, uint64(1))
	}
	f.Fuzz(func(t *testing.T, text string, enter uint64) {
		for _, lax := range []bool{false, true} {
			got, want := walk(reader(text, lax), enter), walk(decoder(text, lax), enter)
			if got != want && (!lax || utf8.ValidString(text)) { // to jsontext, names of other bytes may be equal
				t.Errorf("lax %t, %q: %s, want %s", lax, text, got, want)
			}
		}
	})
}

// What is plain is read without jsontext, and what is not is read by it from there on.
func TestPlain(t *testing.T) {
	for text, plain := range map[string]bool{
		`{"id":"7","a":[1,{"b":null}],"c":"ä"}`: true, ` [ ] `: true, `{"a":"x\ty"}`: false, `{"a":1,"a":1}`: false, `{"a":1} 2`: false,
		`{"a":` + strings.Repeat("[", 65) + strings.Repeat("]", 65) + `}`: false,
	} {
		for _, enter := range []uint64{0, 1, ^uint64(0)} {
			r := reader(text, false)
			if walk(r, enter); (r.other == nil) != plain {
				t.Errorf("%s: plain %t", text, !plain)
			}
		}
	}
}

// An error says where it is, as that of jsontext does, and offsets count the same.
func TestPlaces(t *testing.T) {
	type places interface {
		source
		StackPointer() jsontext.Pointer
	}
	const text = `{"a":{"b":1, "c":"d", "b":2}}`
	r, d := reader(text, false), jsontext.NewDecoder(bytes.NewBufferString(text))
	var last [2]jsontext.Pointer
	for i, s := range []places{r, d} {
		var err error
		for range 4 {
			_, err = s.ReadToken()
		}
		for err == nil {
			_, err = s.ReadValue()
		}
		if last[i] = s.StackPointer(); !errors.Is(err, jsontext.ErrDuplicateName) {
			t.Error(err)
		}
	}
	if last[0] != last[1] || last[0] == "" {
		t.Errorf("%q, want %q", last[0], last[1])
	}
}

// However deep a text is, no more brackets are kept open than jsontext allows.
func TestDepth(t *testing.T) {
	text := strings.Repeat("[", 20_000)
	s, n := reader(text, false), 0
	for ; n < len(text); n++ {
		if _, err := s.ReadToken(); err != nil {
			break
		}
	}
	if n > 10_000 {
		t.Errorf("%d brackets are open", n)
	}
}

// An object with more names than are compared is read by jsontext.
func TestManyNames(t *testing.T) {
	var text strings.Builder
	for i := range 100 {
		text.WriteString(`,"` + strings.Repeat("n", i+1) + `":1`)
	}
	object := "{" + text.String()[1:] + "}"
	if got, want := walk(reader(object, false), 1), walk(decoder(object, false), 1); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// One Reader reads text after text.
func TestReset(t *testing.T) {
	var r Reader
	for range 2 {
		for _, text := range texts {
			r.Reset([]byte(text))
			if got, want := walk(&r, ^uint64(0)), walk(decoder(text, false), ^uint64(0)); got != want {
				t.Errorf("%q: %s, want %s", text, got, want)
			}
		}
	}
}

const row = `{"id": "cust-00000000", "email": "user0@example.com", "zip_code": "10000", "phone": "+14155550000", "birth_year": 1940, "enrolled_rewards": ["CARDLINKED"]}`

// BenchmarkReadValue reads one user.
func BenchmarkReadValue(b *testing.B) {
	var r Reader
	b.ReportAllocs()
	for b.Loop() {
		r.Reset([]byte(row))
		if _, err := r.ReadValue(); err != nil {
			b.Fatal(err)
		}
	}
}
