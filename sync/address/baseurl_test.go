package address

import (
	"strings"
	"testing"
)

func TestBaseURL(t *testing.T) {
	for want, spellings := range map[string][]string{
		"https://api.example.com": {
			"https://api.example.com", "https://api.example.com/", "https://api.example.com//", "https://api.example.com/.", "https://api.example.com/a/..",
			"HTTPS://API.Example.COM",                                 // RFC 3986 6.2.2.1
			"https://api.example.com:443", "https://api.example.com:", // 6.2.3
			"https://api.example.com:0443/", "https://api.example.com.", "https://API.EXAMPLE.COM.:443//",
			"https://api.example.com/?", "https://api.example.com/#",
			"https://ａｐｉ.example。com", // full width, ideographic full stop: UTS 46
		},
		"http://api.example.com":          {"http://api.example.com:80/", "http://api.example.com"},
		"http://api.example.com:443":      {"http://api.example.com:443"},
		"https://api.example.com:80":      {"https://api.example.com:80"},
		"https://api.example.com/v1":      {"https://api.example.com/v1", "https://api.example.com/v1/", "https://api.example.com//v1", "https://api.example.com/./v1", "https://api.example.com/%76%31", "https://api.example.com/x/%2e%2e/v1", "https://api.example.com/../v1"},
		"https://api.example.com/V1":      {"https://api.example.com/V1"}, // a path keeps its case (6.2.2.1)
		"https://api.example.com/v2":      {"https://api.example.com/v2"},
		"https://api.example.com/a/g":     {"https://api.example.com/a/b/c/./../../g"},                                                                                                              // 5.2.4
		"https://example.com/%7Bfoo%7D":   {"https://example.com/%7Bfoo%7D", "https://EXAMPLE.com/%7bfoo%7d", "https://example.com/a/./b/../b/%7b/../../../%7Bfoo%7d", "https://example.com/{foo}"}, // 6.2.2, the example
		"https://example.com/~smith":      {"https://example.com/~smith", "https://example.com/%7esmith", "https://example.com/%7Esmith"},                                                           // 6.2.2.2
		"https://example.com/%C3%A9":      {"https://example.com/é", "https://example.com/%c3%a9", "https://example.com/%C3%A9"},
		"https://example.com/a%2Fb":       {"https://example.com/a%2fb", "https://example.com/a%2Fb"},
		"https://example.com/%C3%A9%2Fb":  {"https://example.com/é%2fb"},
		"https://example.com/a/b":         {"https://example.com/a/b", "https://example.com/a//b"},
		"https://example.com/a%20b":       {"https://example.com/a%20b", "https://example.com/a b"},
		"https://example.com/a+b":         {"https://example.com/a+b"},
		"https://example.com/a%2Bb":       {"https://example.com/a%2bb"}, // reserved, so that it differs from a+b (2.2)
		"https://example.com/a;v=1,2@b:c": {"https://example.com/a;v=1,2@b:c"},
		"https://xn--mnchen-3ya.example":  {"https://münchen.example", "https://MÜNCHEN.example", "https://mu\u0308nchen.example", "https://xn--mnchen-3ya.example", "https://XN--Mnchen-3ya.EXAMPLE.", "https://m%C3%BCnchen.example"},
		"https://xn--strae-oqa.example":   {"https://straße.example"}, // not strasse: UTS 46, nontransitional
		"http://[::1]:8080":               {"http://[::1]:8080", "http://[0:0:0:0:0:0:0:1]:8080/", "http://[0000::0001]:8080"},
		"https://[2001:db8::a]":           {"https://[2001:DB8:0:0::A]:443", "https://[2001:db8::a]"}, // RFC 5952 4
		"http://[fe80::1%25eth0]":         {"http://[FE80::1%25eth0]"},                                // RFC 6874 2
		"http://127.0.0.1:4010":           {"http://127.0.0.1:4010"},
		"http://localhost:4010":           {"http://LOCALHOST:4010", "http://localhost.:4010/"},
		"http://my_service:8080/scim":     {"http://my_service:8080/scim/", "http://MY_SERVICE:08080/scim"},
	} {
		for _, text := range spellings {
			got, err := BaseURL(text)
			if got != want || err != nil {
				t.Errorf("BaseURL(%q) = %q, %v, want %q", text, got, err, want)
			}
		}
	}
}

func TestBaseURLRefuses(t *testing.T) {
	for _, text := range []string{
		"", "api.example.com", "//api.example.com", "ftp://api.example.com", "https:", "https://", "https:///path", "https://:443", "https:api.example.com",
		"https://s3cret:s3cret@api.example.com", "https://s3cret@api.example.com", "https://api.example.com?s3cret=1", "https://api.example.com/#s3cret",
		"https://api.example.com:s3cret", "https://api.example.com:65536", "https://api.example.com/%s3", "https://s3 cret", " https://api.example.com", "https://api.example.com\n",
		"https://.", "https://..", "https://a..example.com", "https://.example.com", "https://example.com..", "https://[127.0.0.1]", "https://[::1", "https://::1", "https://[s3cret]", "https://%25", "https://a%s3", "https://a;b.example.com", "https://a<b",
		"https://℀.example.com", // would become a/c.example.com
		"https://a\u200bb.ü.example\u2028",
	} {
		got, err := BaseURL(text)
		if got != "" || err == nil {
			t.Errorf("BaseURL(%q) = %q, %v", text, got, err)
		} else if strings.Contains(err.Error(), "s3") {
			t.Errorf("BaseURL(%q) quotes it: %v", text, err)
		}
	}
}
