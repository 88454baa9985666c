package draft

import (
	"regexp"
	"strings"
	"unicode"

	"usersync/reader"
	"usersync/sync/user"
)

// remark is what an export adds to the name of a column, as in "First Name [Required]".
var remark = regexp.MustCompile(`\s*(\[[^\]]*\]|\([^)]*\))\s*$`)

// plain is a name in lower case, without punctuation and remarks, so that "E-Mail",
// "email" and "EMAIL (required)" are one.
func plain(name string) string {
	if bare := remark.ReplaceAllString(name, ""); bare != "" {
		name = bare
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// keyNames are plain names of the column that holds the users' key in other systems, the
// likeliest first.
var keyNames = []string{
	"customerid", "customerno", "customernumber", "custno", "custid", "cusnum", "memberid", "membernumber", "sourcedid", "userid", "userno", "uid", "externalid",
	"personid", "employeeid", "employeenumber", "employeeno", "studentid", "sisid", "contactid", "recordid", "accountid", "clientid", "identifier", "objectid",
	"uuid", "guid", "loginid", "login", "username", "userprincipalname", "samaccountname",
}

// synonyms are names of other columns in other systems, plain.
func synonyms() map[string]user.Field {
	list := map[string]user.Field{}
	for field, names := range map[user.Field]string{
		user.Email:             "emailaddress mail emailaddr email1 emailprimary primaryemail workemail emailwork useremail contactemail",
		user.Phone:             "mobile mobilephone mobileno mobilenumber cell cellphone telephone telephonenumber phonenumber phoneno phone1 primaryphone recoveryphone phonemobile tel",
		user.ZipCode:           "postalcode postcode zip zippostalcode postal",
		user.BirthYear:         "yearofbirth birthyear",
		user.DateOfBirth:       "dateofbirth birthdate birthday",
		user.FirstName:         "givenname forename fname namefirst firstnames",
		user.LastName:          "familyname surname lname namelast sn",
		user.MiddleName:        "middlenames additionalname",
		user.Name:              "fullname",
		user.DisplayName:       "displayname formattedname",
		user.UserName:          "userprincipalname login loginid samaccountname",
		user.City:              "town locality",
		user.State:             "province region addressregion stateprovince",
		user.Country:           "countrycode countryregion",
		user.AddressLine1:      "address1 addressline1 street streetaddress street1 address",
		user.AddressLine2:      "address2 street2",
		user.Title:             "jobtitle",
		user.Department:        "dept",
		user.EmployeeNumber:    "employeeid employeeno",
		user.PreferredLanguage: "language lang",
		user.Timezone:          "tz",
		user.Active:            "enabled isactive enableduser accountenabled",
	} {
		for _, name := range strings.Fields(names) {
			list[name] = field
		}
	}
	return list
}

// guessedField is the field that a name usually means in other systems, or that it would
// be if it were written as we do. Names that only look alike mean different things: a
// status is no state.
func guessedField(name string) user.Field {
	bare := plain(name)
	for known, field := range reader.Names() {
		if plain(known) == bare {
			return field
		}
	}
	return synonyms()[bare]
}

// keyColumn is the index of the column that is likeliest to hold the users' key; -1 if
// none is.
func keyColumn(columns []column) int {
	for _, name := range keyNames {
		for i, c := range columns {
			if (c.field == "" || c.guessed) && plain(c.name) == name {
				return i
			}
		}
	}
	return -1
}
