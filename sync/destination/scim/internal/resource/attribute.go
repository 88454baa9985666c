package resource

import "strings"

// The schemas of a user (RFC 7643 4.1, 4.3).
const (
	CoreURN       = "urn:ietf:params:scim:schemas:core:2.0:User"
	EnterpriseURN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
)

// Kind says what an attribute holds.
type Kind uint8

// The kinds.
const (
	Any      Kind = iota // not defined by SCIM: any value
	Text                 // a string
	Bool                 // true or false
	Parts                // an object
	List                 // a list of objects
	ReadOnly             // set by the server only, or a secret
)

// Attribute is an attribute that RFC 7643 4.1 or 4.3 defines.
type Attribute struct {
	Name  string
	Kind  Kind
	Parts []string // the names of its parts
}

var (
	plural  = []string{"value", "display", "type", "primary", "$ref"}
	address = []string{"formatted", "streetAddress", "locality", "region", "postalCode", "country", "type", "primary"}
)

// core is RFC 7643 3.1, 4.1.1 and 4.1.2.
var core = [...]Attribute{
	{"userName", Text, nil}, {"externalId", Text, nil}, {"displayName", Text, nil}, {"nickName", Text, nil},
	{"profileUrl", Text, nil}, {"title", Text, nil}, {"userType", Text, nil}, {"preferredLanguage", Text, nil},
	{"locale", Text, nil}, {"timezone", Text, nil}, {"active", Bool, nil},
	{"name", Parts, []string{"formatted", "familyName", "givenName", "middleName", "honorificPrefix", "honorificSuffix"}},
	{"emails", List, plural}, {"phoneNumbers", List, plural}, {"ims", List, plural}, {"photos", List, plural},
	{"addresses", List, address}, {"entitlements", List, plural}, {"roles", List, plural}, {"x509Certificates", List, plural},
	{"password", ReadOnly, nil}, {"groups", ReadOnly, nil}, {"id", ReadOnly, nil}, {"meta", ReadOnly, nil}, {"schemas", ReadOnly, nil},
}

// enterprise is RFC 7643 4.3.
var enterprise = [...]Attribute{
	{"employeeNumber", Text, nil}, {"costCenter", Text, nil}, {"organization", Text, nil}, {"division", Text, nil},
	{"department", Text, nil}, {"manager", Parts, []string{"value", "$ref", "displayName"}},
}

// Defined returns SCIM's definition of the attribute, if there is one.
func (p Path) Defined() (Attribute, bool) {
	known := core[:]
	switch {
	case strings.EqualFold(p.URN, EnterpriseURN):
		known = enterprise[:]
	case p.URN != "":
		return Attribute{}, false
	}
	for _, a := range known {
		if strings.EqualFold(a.Name, p.Attr) {
			return a, true
		}
	}
	return Attribute{}, false
}

// canonical spells names that SCIM defines as SCIM does, and drops the URN of the core
// schema.
func (p Path) canonical() Path {
	switch {
	case strings.EqualFold(p.URN, CoreURN):
		p.URN = ""
	case strings.EqualFold(p.URN, EnterpriseURN):
		p.URN = EnterpriseURN
	}
	a, ok := p.Defined()
	if !ok {
		return p
	}
	p.Attr = a.Name
	for _, s := range a.Parts {
		if strings.EqualFold(s, p.Sub) {
			p.Sub = s
		}
		if strings.EqualFold(s, p.Where) {
			p.Where = s
		}
	}
	if p.Where != "" && p.Sub == "" && a.Kind == List && a.Name != "addresses" {
		p.Sub = "value"
	}
	return p
}

// Holds returns the kind of the value at the path.
func (p Path) Holds() Kind {
	a, ok := p.Defined()
	switch {
	case !ok:
		return Any
	case p.Sub == "primary" && a.Kind == List:
		return Bool
	case p.Sub != "" && (a.Kind == List || a.Kind == Parts):
		return Text
	}
	return a.Kind
}
