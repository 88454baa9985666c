package identity

import (
	"testing"
	"unicode/utf8"
	"usersync/sync/address"
)

func FuzzFold(f *testing.F) {
	for _, seed := range []string{"cust-1", "00101.0", " \"'00123' \" ", "Straße", "e\u0301\u034f\u0308", "ΐΰᾳ\u0345", "ï»¿ï»¿Ï»¿", "İıſŉ", "\xffA\xef\xbf", "' ' ' ' ' ' ' ' ' ' 7", "ﬁ①Ａｶﾞ\u3164"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, id string) {
		once := Fold(id)
		if again := Fold(once); again != once {
			t.Errorf("Fold(%+q) = %+q, and then %+q", id, once, again)
		}
		if utf8.ValidString(id) && !utf8.ValidString(once) {
			t.Errorf("Fold(%+q) = %+q", id, once)
		}
		if clean := Fold(Clean(id)); clean != once {
			t.Errorf("Fold(%+q) = %+q, and cleaned %+q", id, once, clean)
		}
		if isFolded(id) && foldBy(id, foldAll) != id {
			t.Errorf("%+q is taken for folded", id)
		}
	})
}

func FuzzCheck(f *testing.F) {
	for _, seed := range []string{"cust-1", " NULL\u00a0", "#BEZUG!", "((null))", "1,23E+10", "M\ufffdller", "a\xff", "\ufeffï»¿ id"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		id := Clean(text)
		if again := Clean(id); again != id {
			t.Errorf("Clean(%+q) = %+q, and then %+q", text, id, again)
		}
		v := Policy{}.Check(id)
		if (v.Class == Accepted) != (v == Verdict{}) {
			t.Errorf("Check(%+q) = %+v", id, v)
		}
		if v.Class == Accepted && (Fold(id) == "" || !utf8.ValidString(id)) {
			t.Errorf("%+q is an id, and folds to %+q", id, Fold(id))
		}
		if loose := (Policy{Nulls: []string{}, AllowScientific: true}).Check(id); loose.Class > v.Class {
			t.Errorf("Check(%+q) is %+v, and %+v where more is allowed", id, v, loose)
		}
	})
}

func FuzzBaseURL(f *testing.F) {
	for _, seed := range []string{"https://API.example.com.:443/v1/../%7euser//é%2f/", "http://[fe80::1%25eth%30]:080/", "https://MÜNCHEN。example", "http://a%C3%BC/%", "http://h/;a=b,c:@!$&'()*+[]|\\^`\"<>"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		once, err := address.BaseURL(text)
		if err != nil {
			return
		}
		if again, err := address.BaseURL(once); again != once || err != nil {
			t.Errorf("BaseURL(%q) = %q, and then %q, %v", text, once, again, err)
		}
		if !isASCII(once) {
			t.Errorf("BaseURL(%q) = %q", text, once)
		}
	})
}
