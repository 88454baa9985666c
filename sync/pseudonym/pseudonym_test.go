package pseudonym

import (
	"strings"
	"testing"
	"testing/quick"
)

func key(t *testing.T) Key {
	t.Helper()
	k, ok := ParseKey(NewKey())
	if !ok {
		t.Fatal("a new key is not a key")
	}
	return k
}

func TestThereAndBack(t *testing.T) {
	k, other := key(t), key(t)
	err := quick.Check(func(id string) bool {
		p := k.Of(id)
		again, open := k.Open(p)
		_, foreign := other.Open(p)
		return p == k.Of(id) && again == id && (open || id == "") && !foreign && (id == "" || Is(p) && p != other.Of(id)) && k.ID(id) == id
	}, nil)
	if err != nil {
		t.Error(err)
	}
}

// A pseudonym shows neither the id nor, within 16 bytes, how long it is.
func TestItShowsNothing(t *testing.T) {
	k := key(t)
	if len(k.Of("1")) != len(k.Of("123456789012345")) {
		t.Error("the length of the id shows")
	}
	if p := k.Of("customer"); strings.Contains(p, "customer") || strings.ContainsAny(p, ",\"'=+@ ") {
		t.Error(p)
	}
	seen := map[string]bool{}
	for _, id := range []string{"a", "b", "A", "a ", "ab"} {
		p := k.Of(id)
		if seen[p[:20]] || seen[p[len(p)-12:]] {
			t.Errorf("%q looks like another", id)
		}
		seen[p[:20]], seen[p[len(p)-12:]] = true, true
	}
}

// The zero Key changes nothing, and neither does a key with what is not one of its pseudonyms.
func TestOtherTextStays(t *testing.T) {
	k := key(t)
	for _, text := range []string{"", "4711", "~id.", "~id.abc", "[erased]", "~id." + strings.Repeat("A", 43), k.Of("x") + "A"} {
		if (Key{}).Of(text) != text || (Key{}).ID(text) != text || k.ID(text) != text {
			t.Errorf("%q was changed", text)
		}
	}
	for _, text := range []string{"", "00", NewKey()[2:], "g" + NewKey()[1:]} {
		if _, ok := ParseKey(text); ok {
			t.Errorf("%q is a key", text)
		}
	}
}
