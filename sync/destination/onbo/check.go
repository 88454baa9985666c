package onbo

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"usersync/sync/user"
)

// required lists the fields that Onbo requires of a new user (Onbo API reference,
// Create a user).
var required = [...]user.Field{
	user.FirstName, user.LastName, user.Email, user.Phone, user.DateOfBirth, user.SSN,
	user.AddressLine1, user.City, user.State, user.ZipCode, user.Country,
}

// address lists the parts of a complete address: it is not documented what happens
// to the other parts when only some are sent.
var address = required[6:]

// CheckColumns reports, before a run, whether the input has the fields that op
// needs, and whether the settings for them are set. Its error is a
// *user.InvalidError.
func (c *Client) CheckColumns(fields []user.Field, op user.Op) error {
	if op == user.Delete {
		return nil
	}
	for _, f := range fields {
		if isReport(f) && c.config.Reports == "" {
			return user.NewInvalidError("no_reports", f, "names files, but no directory to read them from is set",
				"set onbo.reports in the config, or list the column under ignore:")
		}
	}
	if op == user.Update {
		return nil
	}
	if _, err := sealSSN(c.config.SecretKey, user.Secret{}); err != nil {
		return user.NewInvalidError("bad_key", user.SSN, err.Error(), "set onbo.auth.secret_key to the whole secret key that Onbo gave you")
	}
	for _, f := range required {
		if !slices.Contains(fields, f) {
			return user.NewInvalidError("missing_column", f, "Onbo requires it of a new user, and the input has neither a column nor a value for it", lineFor(f))
		}
	}
	return nil
}

func lineFor(f user.Field) string {
	if f == user.Country {
		return "add this line under fields: in the config: country: {value: US}"
	}
	return fmt.Sprintf("name the column under fields: in the config: %s: COLUMN", f)
}

// Check reports whether Onbo would refuse the record, as a *user.InvalidError. For
// a delete it checks only the id. With checks: warn it skips the rules for single
// values.
func (c *Client) Check(r *user.Record) error {
	var faults user.Faults
	faults.Add(checkID(r.User.ID))
	if r.Op == user.Delete {
		return faults.Err()
	}
	for i := range r.User.Attributes {
		faults.Add(c.checkAttribute(&r.User.Attributes[i]))
	}
	faults.Add(checkSecrets(r.User.Secrets))
	faults.Add(checkTogether(r))
	if c.config.Checks == Refuse {
		faults.Add(c.brokenRule(r))
	}
	return faults.Err()
}

func unsupported(f user.Field) error {
	return user.NewInvalidError("unsupported_field", f, "Onbo has no such attribute", "leave the column out, or list it under ignore: in the config")
}

func checkID(id string) error {
	switch {
	case id == "":
		return user.NewInvalidError("missing_id", user.ID, "must not be empty", "")
	case !utf8.ValidString(id) || strings.ContainsFunc(id, unicode.IsControl):
		return user.NewInvalidError("bad_id", user.ID, "must hold no control characters", "")
	}
	return nil
}

// checkAttribute checks what applies whatever the config says: a value that fails
// cannot be sent as it was meant.
func (c *Client) checkAttribute(a *user.Attribute) error {
	switch a.Field {
	case user.AddressLine2, user.AddressLine3:
		if a.Value.Kind == user.Clear { // null in the reference's example
			return nil
		}
	case user.FirstName, user.MiddleName, user.LastName, user.Email, user.Phone, user.DateOfBirth, user.CreditReport, user.AssetReport,
		user.AddressLine1, user.City, user.State, user.ZipCode, user.Country:
	default:
		return unsupported(a.Field)
	}
	if a.Value.Kind == user.Clear {
		return user.NewInvalidError("cannot_clear", a.Field, "Onbo has no documented way to clear this attribute", "remove empty: clear from its mapping")
	}
	text, err := a.Value.Plain()
	if err != nil {
		return user.NewInvalidError("bad_text", a.Field, err.Error(), "")
	}
	if !isReport(a.Field) {
		return nil
	}
	return reportFault(a.Field, c.reports.check(text))
}

func reportFault(f user.Field, err error) error {
	var bad *reportError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &bad):
		return user.NewInvalidError(bad.code, f, bad.rule, "")
	}
	return user.NewInvalidError(errNoReport.code, f, errNoReport.rule, "")
}

func checkSecrets(secrets []user.SecretAttribute) error {
	var faults user.Faults
	for _, s := range secrets {
		if s.Field != user.SSN {
			faults.Add(unsupported(s.Field))
		} else if _, ok := nineDigits(s.Value.Reveal()); !ok {
			faults.Add(user.NewInvalidError("bad_ssn", user.SSN, "must be nine digits, or three, two and four with dashes between them", ""))
		}
	}
	return faults.Err()
}

// checkTogether checks which fields must be there together.
func checkTogether(r *user.Record) error {
	if r.Op != user.Update {
		var faults user.Faults
		for _, f := range required {
			if !carries(r, f) {
				faults.Add(user.NewInvalidError("missing_field", f, "Onbo requires it of a new user", ""))
			}
		}
		return faults.Err()
	}
	if len(r.User.Attributes) == 0 {
		return user.NewInvalidError("nothing_to_update", "", "the record has nothing that an update could send", "")
	}
	if !slices.ContainsFunc(r.User.Attributes, func(a user.Attribute) bool { return isAddress(a.Field) }) {
		return nil
	}
	var faults user.Faults
	for _, f := range address {
		if !carries(r, f) {
			faults.Add(user.NewInvalidError("partial_address", f, "must come with the other parts of the address", "Onbo takes an address as a whole"))
		}
	}
	return faults.Err()
}

func carries(r *user.Record, f user.Field) bool {
	_, open := r.User.Value(f)
	_, secret := r.User.Secret(f)
	return open || secret
}

func isAddress(f user.Field) bool {
	return f == user.AddressLine2 || f == user.AddressLine3 || slices.Contains(address, f)
}
