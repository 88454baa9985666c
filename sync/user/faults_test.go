package user

import "testing"

// A field has one fault, the first; what is said of the whole record counts once by its code.
func TestFaults(t *testing.T) {
	var f Faults
	for _, bad := range []InvalidError{
		{Code: "bad_date", Field: Email, Rule: "first"}, {Code: "bad_email", Field: Email, Rule: "follows"},
		{Code: "bad_phone", Field: Phone}, {Code: "ragged", Column: "a"}, {Code: "ragged", Column: "a"}, {Code: "ragged", Column: "b"},
	} {
		f.Add(&bad)
	}
	f.Add(nil)
	first, _ := f.Err().(*InvalidError)
	if first == nil || first.Rule != "first" || len(first.More) != 3 || first.More[0].Field != Phone || first.More[2].Column != "b" {
		t.Errorf("%+v", first)
	}
}
