package identity

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

func TestLookAlikesFoldAlike(t *testing.T) {
	for want, ids := range map[string][]string{
		"cust-1":  {"cust-1", "CUST-1", "Cust-1", " cust-1", "\ufeffcust-1", "cust\u200b-1", "cust-1\u00a0", "c\u00adust-1", "ｃｕｓｔ－１", "cust\u20111", "cust–1", "cust—1", "cust−1", "'cust-1", `"cust-1"`, "“cust-1”", `"' CUST-1 '"`, "ï»¿cust-1", `"ï»¿cust-1"`, "Cust-①"},
		"101":     {"101", "101.0", "101.00", "101.000000", "101,0", "101,00", "0101", "000101", "00101.0", "'00101", "１０１", "101.0\u200b", ` "0101.0" `},
		"0":       {"0", "00", "0.0", "000.00", "'0"},
		"müller":  {"müller", "mu\u0308ller", "MÜLLER", "MU\u0308LLER"},
		"strasse": {"strasse", "straße", "STRASSE", "STRAẞE"},
		"o'brien": {"o'brien", "O’Brien", "O‘BRIEN", "Oʼbrien", "O＇Brien"},
		"anna b":  {"anna b", "Anna\u00a0B", "anna\u2003b", "anna\u3000b", "anna\u202fb", "anna\u1680b"},
		"filip":   {"filip", "ﬁlip", "ﬁLIP"},
		"ガ":       {"ガ", "ｶﾞ", "カ\u3099"},
		"a1f":     {"a1f", "0a1f", "00A1F"},
		"1000":    {"1000", "1,000", "1'000", "1’000", "1 000", "1\u00a0000", "1\u202f000", "01,000", "1,000.00"},
		"1234567": {"1,234,567", "1.234.567", "1'234'567", "1 234 567", "1.234.567,00", "1,234,567.0"},
		"...":     {"...", "…"},
	} {
		for _, id := range ids {
			if got := Fold(id); got != want {
				t.Errorf("Fold(%+q) = %+q, want %+q", id, got, want)
			}
		}
	}
	if Fold("ΣΑΣ") != Fold("σας") {
		t.Error("a final sigma makes a difference")
	}
}

func TestOthersFoldApart(t *testing.T) {
	for _, pair := range [][2]string{
		{"cust-1", "cust1"}, {"cust-1", "cust_1"}, {"cust-1", "cust-01"}, {"cust1", "cust 1"}, {"a b", "a  b"}, {"a-b", "a--b"},
		{"101", "101.5"}, {"101", "1010"}, {"101", "10.1"}, {"1", "1,000"}, {"1234", "12,34"}, {"1234", "1,2345"}, {"1234567", "1,234.567"}, {"1234", "1-234"}, {"0234", "0,234"}, {"12341234", "1234,1234"}, {"1234", "1,234x"},
		{"1234", "1,,234"}, {"1234", "1,234,"}, {"1234", "1,234,00"}, {"1234", "1,234.000"}, {"12345", "1,234.5"}, {"1", "1.234"}, {"x1234", "x1,234"}, {"1.0.0", "1"}, {"0.5", "5"}, {"0-5", "-5"}, {"+49", "49"}, {"a.0", "a"},
		{"muller", "müller"}, {"e", "é"}, {"a", "а"}, {"o", "0"}, {"l", "1"}, {"1", "١"}, {"i", "ı"}, {"ae", "æ"}, {"o", "ø"},
		{"o'brien", "obrien"}, {"o'brien", "o`brien"}, {"x", "x\x00"}, {"ann@example.com", "ann@example.org"}, {"", "0"}, {"(7)", "7"},
	} {
		if Fold(pair[0]) == Fold(pair[1]) {
			t.Errorf("%+q and %+q both fold to %+q", pair[0], pair[1], Fold(pair[0]))
		}
	}
}

// lastFolded is the end of the last plane whose characters have other forms.
const lastFolded = 0x2ffff

// What is stored was made by FoldVersion. If this fails, the result of Fold has
// changed for some character, by a change here or by newer Unicode tables: raise
// FoldVersion, and write the new digest here.
func TestFoldIsThatOfItsVersion(t *testing.T) {
	h := sha256.New()
	for r := rune(0); r <= lastFolded; r++ {
		if utf8.ValidRune(r) {
			h.Write([]byte("x" + Fold("a"+string(r)+"00.0") + Fold(string(r)+"1") + Fold("1"+string(r)+"234")))
		}
	}
	const digest = "85f4a54e90d1d5dc79bc5353821cec1f1df2e2b69e7d87dacb1f7f10107a6ee4"
	if got := hex.EncodeToString(h.Sum(nil)); FoldVersion != 2 || got != digest {
		t.Errorf("version %d, Unicode %s, has the digest %s", FoldVersion, norm.Version, got)
	}
}

func TestFoldIsIdempotentForEveryCharacter(t *testing.T) {
	for r := rune(0); r <= lastFolded; r++ {
		for _, id := range []string{string(r), "0" + string(r) + "a"} {
			once := Fold(id)
			if again := Fold(once); again != once {
				t.Errorf("Fold(%+q) = %+q, and then %+q", id, once, again)
			}
			if foldBy(id, foldAll|foldCanonical|foldWidth) != once {
				t.Errorf("%+q: NFKC does not contain NFC and width", id)
			}
		}
	}
}

// anyID draws ids of characters that some rule is about, and of any others.
func anyID() *rapid.Generator[string] {
	about := rapid.RuneFrom([]rune("019aAzZ.,'\" -_@Eéßſσςΐİı\u0301\u0308\u0345\u200b\ufeff\u00a0\u3000’“–−ﬁ①Ａｶﾞガ\u00ad\u034fïÏ»¿ŉǆ"))
	return rapid.StringOf(rapid.OneOf(about, rapid.Rune()))
}

func TestFoldProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := anyID().Draw(t, "id")
		once := Fold(id)
		same := map[string]string{
			"folded": once, "clean": Clean(id),
			"NFC": norm.NFC.String(id), "NFD": norm.NFD.String(id), "NFKC": norm.NFKC.String(id), "NFKD": norm.NFKD.String(id),
			"in blanks": " " + id + "\u00a0", "with a BOM": "\ufeff" + id,
		}
		if whole := digitsIn(id); whole > 0 && whole == len(id) {
			same["zeros"], same["decimals"] = "00"+id, id+".0"
		}
		if isASCII(id) {
			same["capitals"], same["small letters"] = strings.ToUpper(id), strings.ToLower(id)
		}
		for how, other := range same {
			if got := Fold(other); got != once {
				t.Fatalf("Fold(%+q) = %+q, but %s %+q gives %+q", id, once, how, other, got)
			}
		}
		if isFolded(id) && foldBy(id, foldAll) != id {
			t.Fatalf("%+q is taken for folded, and folds to %+q", id, foldBy(id, foldAll))
		}
		if utf8.ValidString(id) && !utf8.ValidString(once) {
			t.Fatalf("Fold(%+q) = %+q", id, once)
		}
	})
}
