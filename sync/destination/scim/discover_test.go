package scim

import (
	"net/http/httptest"
	"testing"

	"usersync/sync/destination/destinationtest/expect"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

func TestDiscover(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		body   string
		want   Features
		known  bool
		fails  string
	}{
		"all of it": {200, `{"bulk":{"supported":true,"maxOperations":100,"maxPayloadSize":1048576},"patch":{"supported":true},"filter":{"supported":false}}`,
			Features{Bulk: true, MaxOperations: 100, MaxPayload: 1 << 20, Patch: true}, true, ""},
		"in text":                {200, `{"BULK":{"supported":"true","maxOperations":"7"},"patch":{"supported":"false"}}`, Features{Bulk: true, MaxOperations: 7}, true, ""},
		"without limits":         {200, `{"bulk":{"supported":true,"maxOperations":0,"maxPayloadSize":-1}}`, Features{Bulk: true, MaxOperations: 1}, true, ""},
		"odd types do no harm":   {200, `{"bulk":[],"patch":"yes","schemas":7}`, Features{MaxOperations: 1}, true, ""},
		"nothing":                {200, `{}`, Features{MaxOperations: 1}, true, ""},
		"no such address":        {404, `{}`, Features{}, false, ""},
		"a page that is missing": {404, `<html>`, Features{}, false, ""},
		"not made":               {501, ``, Features{}, false, ""},
		"kept secret":            {403, ``, Features{}, false, ""},
		"another method":         {405, ``, Features{}, false, ""},
		"no credentials":         {401, ``, Features{}, false, "denied:unauthorized"},
		"a page":                 {200, `<html>`, Features{}, false, "denied:not_json"},
		"refused":                {400, `{}`, Features{}, false, "denied:http_400"},
		"busy":                   {503, ``, Features{}, false, "not taken:http_503"},
		"elsewhere":              {302, ``, Features{}, false, "denied:redirect"},
	} {
		s := &server{t: t, answers: []answer{{test.status, test.body}}}
		listening := httptest.NewServer(s)
		got, known, err := Discover(t.Context(), rest.Config{BaseURL: listening.URL + "/v2/", Proxy: "none", Auth: rest.Auth{User: "u", Password: user.NewSecret("p")}})
		listening.Close()
		fails := ""
		if ce := expect.CallError(t, err); ce != nil {
			fails = ce.Fault.String() + ":" + ce.Code
		}
		if fails != test.fails || fails == "" && got != test.want || known != test.known {
			t.Errorf("%s: %+v %v %q", name, got, known, fails)
		}
		if len(s.calls) != 1 || s.calls[0].uri != "/v2/ServiceProviderConfig" || s.calls[0].method != "GET" {
			t.Errorf("%s: %v", name, s.asked())
		}
	}
	if _, _, err := Discover(t.Context(), rest.Config{}); err == nil {
		t.Error("there is no default address")
	}
}
