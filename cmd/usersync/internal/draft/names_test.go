package draft

import (
	"testing"

	"usersync/sync/user"
)

// Names of real exports lead to our fields, and names that only look alike do not.
func TestGuessedField(t *testing.T) {
	for name, want := range map[string]user.Field{
		"First Name [Required]": user.FirstName, "Last Name [Required]": user.LastName, "Email Address [Required]": user.Email,
		"E-Mail": user.Email, "EMAIL_ADDR": user.Email, "Recovery Phone [MUST BE IN THE E.164 FORMAT]": user.Phone,
		"givenName": user.FirstName, "familyName": user.LastName, "Zip Code": user.ZipCode, "Postal Code (billing)": user.ZipCode,
		"Date of Birth": user.DateOfBirth, "Job Title": user.Title,
		"disabled": "", "Block sign in (Yes/No) [accountEnabled] Required": "", "ZIP or postal code [postalCode]": user.ZipCode, "profile.firstName": user.FirstName, "uuid": "",
		"status": "", "stats": "", "mails sent": "", "phoned": "", "Notes": "", "[Required]": "", "": "",
	} {
		if got := guessedField(name); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
}

// The users' key is the likeliest of the columns that could be one.
func TestKeyColumns(t *testing.T) {
	for want, header := range map[string][]string{
		"user_id":     {"integration_id", "login_id", "user_id", "email"},
		"sourcedId":   {"userIds", "username", "identifier", "sourcedId"},
		"Record ID":   {"First Name", "Record ID", "Contact owner"},
		"Employee ID": {"First Name [Required]", "Employee ID"},
		"CUST_NO":     {"CUST_NO", "Login"},
		"login":       {"login", "mail"},
		"":            {"Grid", "valid", "paid"},
	} {
		got := ""
		if all := keyColumns(header); len(all) > 0 {
			got = header[all[0]]
		}
		if got != want {
			t.Errorf("%q: the key is %q, want %q", header, got, want)
		}
	}
}
