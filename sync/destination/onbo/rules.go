package onbo

import (
	"regexp"
	"strings"
	"sync"
	"time"

	"usersync/sync/user"
)

// minimumAge, in years, is from the reference.
const minimumAge = 18

// namePattern is copied from the reference. Its [aA-zZ] also matches [ \ ] ^ _ and
// `, but no accents.
var namePattern = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile("^([aA-zZ]+[,.]?[ ]?|[aA-zZ]+['’-]?)+$") })

var zipPattern = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9]{5}(-[0-9]{4})?$`) })

// states lists the states of the United States, its district, its territories and
// its military addresses (USPS Publication 28, Appendix B).
const states = " AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC AS GU MP PR VI UM FM MH PW AA AE AP "

// brokenRule returns the first rule that a value of the record breaks; nil if none.
func (c *Client) brokenRule(r *user.Record) error {
	var faults user.Faults
	for _, a := range r.User.Attributes {
		text, err := a.Value.Plain()
		if err != nil || a.Value.Kind == user.Clear {
			continue
		}
		faults.Add(c.checkRule(a.Field, text))
	}
	return faults.Err()
}

func (c *Client) checkRule(f user.Field, text string) error {
	switch f {
	case user.FirstName, user.MiddleName, user.LastName:
		if !namePattern().MatchString(text) {
			return user.NewInvalidError("bad_name", f, "must be English letters, with single spaces, commas, dots, apostrophes or dashes between them", "Onbo documents this pattern; onbo.checks: warn sends the name anyway")
		}
	case user.Phone:
		if _, ok := usPhone(text); !ok {
			return user.NewInvalidError("bad_phone", f, "must be a US number of ten digits, with or without +1", `map it with e164(COLUMN, "US")`)
		}
	case user.DateOfBirth:
		return c.checkAge(text)
	case user.Email:
		if local, domain, _ := strings.Cut(text, "@"); local == "" || domain == "" || strings.ContainsAny(text, " \t") || strings.Contains(domain, "@") {
			return user.NewInvalidError("bad_email", f, "must be an e-mail address with one @", "")
		}
	default:
		return checkAddress(f, text)
	}
	return nil
}

func (c *Client) checkAge(text string) error {
	born, ok := readDate(text)
	switch {
	case !ok:
		return user.NewInvalidError("bad_date", user.DateOfBirth, "must be an unambiguous date, such as YYYY-MM-DD or 2 Jan 2006", `map it with date(COLUMN, "MM/DD/YYYY", "YYYY-MM-DD")`)
	case born.AddDate(minimumAge, 0, 0).After(c.today()):
		return user.NewInvalidError("too_young", user.DateOfBirth, "must be 18 years ago or more", "")
	}
	return nil
}

// today is the day in UTC, which is never earlier than in the United States.
func (c *Client) today() time.Time {
	return c.config.Now().UTC().Truncate(24 * time.Hour)
}

func checkAddress(f user.Field, text string) error {
	switch f {
	case user.AddressLine1, user.City:
		if strings.TrimSpace(text) == "" {
			return user.NewInvalidError("blank_address", f, "must not be blank", "")
		}
	case user.State:
		if len(text) != 2 || !strings.Contains(states, " "+strings.ToUpper(text)+" ") {
			return user.NewInvalidError("bad_state", f, "must be a state of the United States in two letters, such as PA", "")
		}
	case user.ZipCode:
		if !zipPattern().MatchString(text) {
			return user.NewInvalidError("bad_zip", f, "must be five digits, with or without a dash and four more", "check whether a leading zero was lost")
		}
	case user.Country:
		if !isUnitedStates(text) {
			return user.NewInvalidError("bad_country", f, "must be the United States: Onbo takes no other address", "write US, USA, United States or United States of America")
		}
	}
	return nil
}
