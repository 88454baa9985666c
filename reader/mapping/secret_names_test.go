package mapping

import "testing"

func TestNamesSecret(t *testing.T) {
	for _, name := range []string{"ssn", "SSN", "user_ssn", "Password", "User Password", "userPassword", "userpassword", "password_hash", "API-Key", "apiKey", "authToken", "client.secret", "PIN", "credit card", "Tax ID", "Social Security Number", "Passwort"} {
		if !NamesSecret(name) {
			t.Errorf("%s is not named like a secret", name)
		}
	}
	for _, name := range []string{"", "id", "email", "phone", "zip", "assn", "secretary", "opinion", "bypass", "compass", "notes", "key", "hashed_email", "shipping", "credit_report"} {
		if NamesSecret(name) {
			t.Errorf("%s is named like a secret", name)
		}
	}
}
