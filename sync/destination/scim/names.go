package scim

import (
	"strings"

	"usersync/sync/user"
)

const (
	coreURN       = "urn:ietf:params:scim:schemas:core:2.0:User"
	enterpriseURN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
)

// kind says what an attribute holds.
type kind uint8

const (
	kindAny   kind = iota // not defined by SCIM: whatever the value is
	kindText              // a string
	kindBool              // true or false
	kindParts             // an object
	kindList              // a list of objects
	kindUnfit             // the server's own, or a secret
)

// attribute is one that RFC 7643 4.1 or 4.3 defines.
type attribute struct {
	name string
	kind kind
	subs []string // the names of its parts
}

var (
	plural  = []string{"value", "display", "type", "primary", "$ref"}
	address = []string{"formatted", "streetAddress", "locality", "region", "postalCode", "country", "type", "primary"}
)

// core is RFC 7643 3.1, 4.1.1 and 4.1.2.
var core = [...]attribute{
	{"userName", kindText, nil}, {"externalId", kindText, nil}, {"displayName", kindText, nil}, {"nickName", kindText, nil},
	{"profileUrl", kindText, nil}, {"title", kindText, nil}, {"userType", kindText, nil}, {"preferredLanguage", kindText, nil},
	{"locale", kindText, nil}, {"timezone", kindText, nil}, {"active", kindBool, nil},
	{"name", kindParts, []string{"formatted", "familyName", "givenName", "middleName", "honorificPrefix", "honorificSuffix"}},
	{"emails", kindList, plural}, {"phoneNumbers", kindList, plural}, {"ims", kindList, plural}, {"photos", kindList, plural},
	{"addresses", kindList, address}, {"entitlements", kindList, plural}, {"roles", kindList, plural}, {"x509Certificates", kindList, plural},
	{"password", kindUnfit, nil}, {"groups", kindUnfit, nil}, {"id", kindUnfit, nil}, {"meta", kindUnfit, nil}, {"schemas", kindUnfit, nil},
}

// enterprise is RFC 7643 4.3.
var enterprise = [...]attribute{
	{"employeeNumber", kindText, nil}, {"costCenter", kindText, nil}, {"organization", kindText, nil}, {"division", kindText, nil},
	{"department", kindText, nil}, {"manager", kindParts, []string{"value", "$ref", "displayName"}},
}

// defined returns what SCIM says of the attribute, if it does.
func (p path) defined() (attribute, bool) {
	known := core[:]
	switch {
	case strings.EqualFold(p.urn, enterpriseURN):
		known = enterprise[:]
	case p.urn != "":
		return attribute{}, false
	}
	for _, a := range known {
		if strings.EqualFold(a.name, p.attr) {
			return a, true
		}
	}
	return attribute{}, false
}

// canonical spells what SCIM defines as SCIM does, and leaves out the URN of
// the core schema.
func (p path) canonical() path {
	switch {
	case strings.EqualFold(p.urn, coreURN):
		p.urn = ""
	case strings.EqualFold(p.urn, enterpriseURN):
		p.urn = enterpriseURN
	}
	a, ok := p.defined()
	if !ok {
		return p
	}
	p.attr = a.name
	for _, s := range a.subs {
		if strings.EqualFold(s, p.sub) {
			p.sub = s
		}
		if strings.EqualFold(s, p.where) {
			p.where = s
		}
	}
	if p.where != "" && p.sub == "" && a.kind == kindList && a.name != "addresses" {
		p.sub = "value"
	}
	return p
}

// holds says what the path leads to.
func (p path) holds() kind {
	a, ok := p.defined()
	switch {
	case !ok:
		return kindAny
	case p.sub == "primary" && a.kind == kindList:
		return kindBool
	case p.sub != "" && (a.kind == kindList || a.kind == kindParts):
		return kindText
	}
	return a.kind
}

// streetPath is where the lines of an address go: RFC 7643 4.1.2 lets
// streetAddress hold line breaks.
const streetPath = `addresses[type eq "work"].streetAddress`

// places says where our own fields go.
var places = map[user.Field]string{
	user.UserName: "userName", user.ExternalID: "externalId", user.DisplayName: "displayName", user.NickName: "nickName",
	user.ProfileURL: "profileUrl", user.Title: "title", user.UserType: "userType", user.PreferredLanguage: "preferredLanguage",
	user.Locale: "locale", user.Timezone: "timezone", user.Active: "active",
	user.Name: "name.formatted", user.FirstName: "name.givenName", user.MiddleName: "name.middleName", user.LastName: "name.familyName",
	user.Email: `emails[type eq "work"].value`, user.Phone: `phoneNumbers[type eq "work"].value`,
	user.AddressLine1: streetPath, user.AddressLine2: streetPath, user.AddressLine3: streetPath,
	user.City: `addresses[type eq "work"].locality`, user.State: `addresses[type eq "work"].region`,
	user.ZipCode: `addresses[type eq "work"].postalCode`, user.Country: `addresses[type eq "work"].country`,
	user.EmployeeNumber: enterpriseURN + ":employeeNumber", user.CostCenter: enterpriseURN + ":costCenter",
	user.Organization: enterpriseURN + ":organization", user.Division: enterpriseURN + ":division",
	user.Department: enterpriseURN + ":department", user.Manager: enterpriseURN + ":manager.value",
}

// elsewhere are our fields that SCIM has no attribute for. Those that bear the
// name of one, such as groups, mean another API's.
var elsewhere = map[user.Field]bool{
	user.HashedEmail: true, user.BirthYear: true, user.DateOfBirth: true, user.SSN: true, user.EnrolledRewards: true,
	user.HistoricalTransactionsSent: true, user.CreditReport: true, user.AssetReport: true, user.Role: true, user.Bio: true,
	user.Occupation: true, user.Location: true, user.FromAPI: true, user.Courses: true, user.Groups: true, user.DeadlineAt: true,
}

// fields lists what SCIM itself can take, and the whole user, which no record
// carries: an update that could clear something reads first, always.
func fields() []user.Field {
	list := []user.Field{wholeUser, user.Password}
	for f := range places {
		list = append(list, f)
	}
	return list
}

// wholeUser is how a user as it was read travels beside a record. No column can
// have this name: it is no path.
const wholeUser user.Field = "(user)"
