package reader

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRejectsFedAgain(t *testing.T) {
	text := "_usersync_outcome,_usersync_code,_usersync_raw,id,email\n" +
		"in_doubt,\"no,answer\",,1,\"a\"\"b\"\ninvalid,ragged,\"2,\"\"b\nc\"\"\",,\ninvalid,ragged,\"3,x,y\",,\n"
	in, err := Open(t.Context(), Options{Paths: []string{"-"}, Stdin: strings.NewReader(text)})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for rec, err := range in.Records() {
		got = append(got, fmt.Sprintf("%s %v %q", told(rec, err), rec.Maybe, rec.Origin.Raw))
	}
	want := []string{`2 1 email=a"b true "1,\"a\"\"b\""`, "3 2 email=b\nc false \"2,\\\"b\\nc\\\"\"", `5 !unparsed _usersync_raw false "3,x,y"`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"id", "email"}, in.Layout().Header); diff != "" {
		t.Error(diff)
	}
}

func TestJSONRejectsFedAgain(t *testing.T) {
	text := `{"_usersync_outcome":"in_doubt","id":"1","email":"a"}` + "\n" + `{"_usersync_outcome":"invalid","_usersync_raw":"{\"id\":\"2\"}"}` + "\n"
	in, err := Open(t.Context(), Options{Paths: []string{"-"}, Stdin: strings.NewReader(text)})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for rec, err := range in.Records() {
		got = append(got, fmt.Sprintf("%s %v %s", told(rec, err), rec.Maybe, rec.Origin.Raw))
	}
	if diff := cmp.Diff([]string{`1 1 email=a true {"id":"1","email":"a"}`, `2 2 false {"id":"2"}`}, got); diff != "" {
		t.Error(diff)
	}
}
