package journal

import "testing"

func TestSameScope(t *testing.T) {
	v1 := Scope{Destination: "kard", Host: "api.example.com", BaseURL: "https://api.example.com/v1", Account: "org", Feed: "hr"}
	for name, c := range map[string]struct {
		change func(*Scope)
		same   bool
	}{
		"nothing":                       {func(*Scope) {}, true},
		"another feed":                  {func(s *Scope) { s.Feed = "crm" }, true},
		"another path":                  {func(s *Scope) { s.BaseURL = "https://api.example.com/v2" }, false},
		"another account":               {func(s *Scope) { s.Account = "other" }, false},
		"another API":                   {func(s *Scope) { s.Destination = "scim" }, false},
		"from an earlier version":       {func(s *Scope) { s.BaseURL = "" }, true},
		"earlier, in capitals":          {func(s *Scope) { s.BaseURL, s.Host = "", "API.example.com" }, true},
		"earlier, with the port":        {func(s *Scope) { s.BaseURL, s.Host = "", "api.example.com:443" }, true},
		"earlier, with another port":    {func(s *Scope) { s.BaseURL, s.Host = "", "api.example.com:8443" }, false},
		"earlier, another host":         {func(s *Scope) { s.BaseURL, s.Host = "", "eu.example.com" }, false},
		"earlier, no host":              {func(s *Scope) { s.BaseURL, s.Host = "", "" }, false},
		"earlier, another account":      {func(s *Scope) { s.BaseURL, s.Account = "", "other" }, false},
		"the host alone does not count": {func(s *Scope) { s.Host = "elsewhere" }, true},
	} {
		other := v1
		c.change(&other)
		if v1.Same(other) != c.same || other.Same(v1) != c.same {
			t.Errorf("%s: the same is %t", name, !c.same)
		}
	}
	tenant := Scope{Destination: "scim", Host: "idp.example.com", Account: "/scim/v2/"}
	now := Scope{Destination: "scim", Host: "idp.example.com", BaseURL: "https://idp.example.com/scim/v2", Account: "/scim/v2"}
	if !tenant.Same(now) {
		t.Error("a tenant of an earlier version is another one")
	}
	if now.Account = "/scim/v3"; tenant.Same(now) {
		t.Error("two tenants are one")
	}
}
