package draft

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"usersync/reader"
	"usersync/sync/user"
)

var (
	// remark is what an export adds to the name of a column, as in "First Name [Required]".
	remark = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\s*(\[[^\]]*\]|\([^)]*\)|\brequired$)\s*`) })
	// attribute is the name that an export adds in brackets: "City [city]".
	attribute = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\[([A-Za-z]+)\]`) })
	// wrapper is an object around the user's own keys, as APIs write it.
	wrapper = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(profile|user|person|attributes|properties|traits|fields|contact|data)\.`)
	})
)

// plain is a name in lower case, without punctuation, accents and remarks, so that "E-Mail",
// "email" and "EMAIL (required)" are one.
func plain(name string) string {
	name = wrapper().ReplaceAllString(strings.ToLower(name), "")
	if bare := remark().ReplaceAllString(name, " "); strings.TrimSpace(bare) != "" {
		name = bare
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1 // also accents, which NFKD makes characters of their own
	}, norm.NFKD.String(letters().Replace(name)))
}

// letters are those of lower case that are not a letter and an accent.
var letters = sync.OnceValue(func() *strings.Replacer {
	return strings.NewReplacer("ß", "ss", "ø", "o", "æ", "ae", "œ", "oe", "ł", "l", "đ", "d", "n°", "numero", "nº", "numero", "№", "numero")
})

// plains are the plain name, and that of an attribute in brackets.
func plains(name string) []string {
	all := []string{plain(name)}
	if counted, is := strings.CutSuffix(strings.TrimSpace(name), "#"); is { // Employee #
		all[0] = plain(counted + "no")
	}
	if in := attribute().FindStringSubmatch(name); in != nil {
		all = append(all, plain(in[1]))
	}
	return all
}

// keyNames are plain names of the column that holds the users' key in other systems, the
// likeliest first.
var keyNames = strings.Fields(`
	id customerid customerno customernumber custno custid cusnum memberid membernumber sourcedid userid userno uid externalid localid
	personid employeeid employeenumber employeeno studentid sisid contactid recordid recordidcontact entityid accountid clientid identifier objectid objectguid
	uuid guid idnumber loginid login username userprincipalname samaccountname euid leid dn distinguishedname`)

// synonyms are names of other columns in other systems, plain.
var synonyms = sync.OnceValue(func() map[string]user.Field {
	list := map[string]user.Field{}
	addForeign(list)
	for field, names := range map[user.Field]string{
		user.Email:     "emailaddress mail emailaddr email1 emailprimary primaryemail workemail emailwork useremail contactemail emailaddress1 emailid",
		user.Phone:     "mobile mobilephone mobileno mobilenumber mobilephonenumber cell cellphone telephone telephonenumber phonenumber phoneno phone1 primaryphone recoveryphone workphone officephone phonemobile tel sms defaultaddressphone",
		user.ZipCode:   "postalcode postcode zip zippostalcode ziporpostalcode postal mailingpostalcode mailingzippostalcode mailingzip defaultaddresszip billingzip addresspostalcode",
		user.BirthYear: "yearofbirth birthyear", user.DateOfBirth: "dateofbirth birthdate birthday born",
		user.FirstName: "givenname given forename fname namefirst firstnames", user.LastName: "familyname family surname lname namelast sn",
		user.MiddleName: "middlenames additionalname", user.Name: "fullname", user.DisplayName: "displayname formattedname", user.NickName: "nickname",
		user.UserName: "username userlogin userprincipalname login loginid samaccountname",
		user.City:     "town locality l mailingcity defaultaddresscity addresscity", user.State: "province region addressregion stateprovince stateorprovince mailingstate mailingstateprovince defaultaddressprovincecode",
		user.Country:      "countrycode countryregion countryorregion usagelocation mailingcountry defaultaddresscountrycode cc",
		user.AddressLine1: "address1 addressline1 street streetaddress street1 address mailingstreet defaultaddressaddress1", user.AddressLine2: "address2 addressline2 street2 defaultaddressaddress2",
		user.Title: "jobtitle employeetitle", user.Department: "dept", user.EmployeeNumber: "employeeid employeeno", user.Organization: "company companyname organisation institution defaultaddresscompany",
		user.PreferredLanguage: "language lang", user.Timezone: "tz", user.CostCenter: "costcentre",
		user.Active: "enabled isactive enableduser accountenabled",
	} {
		for _, name := range strings.Fields(names) {
			list[name] = field
		}
	}
	return list
})

// guessedField is the field that a name usually means in other systems, or that it would
// be if it were written as we do. Names that only look alike mean different things: a
// status is no state.
func guessedField(name string) user.Field {
	for _, bare := range plains(name) {
		if means(inverted, bare) {
			return ""
		}
		for known, field := range reader.Names() {
			if plain(known) == bare && field != user.RemoteID {
				return field
			}
		}
		if field := synonyms()[bare]; field != "" {
			return field
		}
	}
	return ""
}

// isOurs reports whether a name is ours, but for letter case and punctuation.
func isOurs(name string, f user.Field) bool {
	all := plains(name)
	for known, field := range reader.Names() {
		if field == f && slices.Contains(all, plain(known)) {
			return true
		}
	}
	return false
}

// inverted are names of columns that say that a user is not active, states those that say
// in words whether one is, and logins those that often hold e-mail addresses.
const (
	inverted = "disabled isdisabled suspended issuspended blocked isblocked blocksignin deactivated accountdisabled archived"
	logins   = "username userprincipalname login loginid"
	states   = "status accountstatus userstatus state accountstate enrollmentstatus employmentstatus"
)

func means(list, bare string) bool { return bare != "" && slices.Contains(strings.Fields(list), bare) }
