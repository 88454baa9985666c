package identity

import "testing"

func TestDifference(t *testing.T) {
	for want, pairs := range map[string][][2]string{
		"":                                     {{"a", "a"}, {"a", "b"}, {"", ""}},
		"upper and lower case":                 {{"CUST-1", "cust-1"}, {"straße", "STRASSE"}, {"É", "é"}},
		"leading zeros":                        {{"00123", "123"}, {"0a", "a"}, {"000", "0"}},
		"a trailing .0":                        {{"101.0", "101"}, {"101,00", "101"}},
		"a trailing .0 and leading zeros":      {{"00101.0", "101"}, {"0101", "101.0"}},
		"Unicode normal form":                  {{"é", "e\u0301"}, {"\u212b", "\u00c5"}},
		"full-width and half-width characters": {{"ａ１", "a1"}, {"ｱ", "ア"}},
		"characters in another form, such as ligatures": {{"ﬁ", "fi"}, {"①", "1"}, {"²", "2"}},
		"invisible characters":                          {{"a\u200bb", "ab"}, {"\ufeffa", "a"}, {"ï»¿a", "a"}},
		"white space":                                   {{"a b", "a\u00a0b"}, {"a", "a "}, {"a\u3000b", "a b"}},
		"curly and straight quotes":                     {{"o'b", "o’b"}, {"a“b", `a"b`}},
		"kinds of dash":                                 {{"a-b", "a–b"}, {"a\u2011b", "a-b"}},
		"quotes around the id":                          {{"'00123", "00123"}, {`"a"`, "a"}},
		"upper and lower case and leading zeros":        {{"00AB", "ab"}},
		"upper and lower case, invisible characters and leading zeros": {{"\u200b0AB", "ab"}},
		"upper and lower case and Unicode normal form":                 {{"É", "e\u0301"}},
	} {
		for _, p := range pairs {
			for _, d := range []string{Difference(p[0], p[1]), Difference(p[1], p[0])} {
				if d != want {
					t.Errorf("%+q and %+q differ in %q, want %q", p[0], p[1], d, want)
				}
			}
		}
	}
}
