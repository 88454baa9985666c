package mapping

import (
	"maps"
	"slices"
	"strings"
	"unicode"
)

// secretWords are words that name a secret; secretParts do so inside a name without
// punctuation, as in userPassword.
var (
	secretWords = [...]string{"ssn", "sin", "nino", "tin", "itin", "pin", "cvv", "cvc", "otp", "pwd", "pass", "pw", "secret", "secrets", "token", "tokens",
		"credential", "credentials", "passport", "salt"}
	secretParts = [...]string{"password", "passwd", "passphrase", "passcode", "passwort", "kennwort", "motdepasse", "contrasena", "contraseña", "socialsecurity", "socialinsurance",
		"apikey", "accesskey", "privatekey", "secretkey", "cardnumber", "creditcard", "taxid", "taxnumber", "nationalid", "passportn",
		"driverslicen", "driverlicen", "licensenumber", "bankaccount", "accountnumber", "routingnumber", "iban", "securitycode", "securityanswer", "securityquestion"}
)

// NamesSecret reports whether a column or a JSON key is named like a secret: ssn, Password,
// user_password, API key.
func NamesSecret(column string) bool {
	for word := range wordsOf(column) {
		if slices.Contains(secretWords[:], strings.ToLower(word)) {
			return true
		}
	}
	squeezed := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, column)
	return slices.ContainsFunc(secretParts[:], func(part string) bool { return strings.Contains(squeezed, part) })
}

// Hides returns a function that says what rejects mask of a column or JSON key: all of it,
// if it provides a secret or is not sent and named like one; or only keys inside it, if it is
// not sent. What is sent must be readable again. The function is for one goroutine, which
// need not be the Mapper's.
func (m *Mapper) Hides() func(column string) (all, inside bool) {
	used, secrets, known := maps.Clone(m.columns), m.SecretColumns(), map[string][2]bool{}
	return func(column string) (all, inside bool) {
		hides, ok := known[column]
		if !ok {
			_, sent := used[column]
			hides = [2]bool{slices.Contains(secrets, column) || !sent && NamesSecret(column), !sent}
			if len(known) < keptNames && len(column) <= keptBytes {
				known[column] = hides
			}
		}
		return hides[0], hides[1]
	}
}

// JSON can have any number of keys, of any length.
const (
	keptNames = 1000
	keptBytes = 1000
)
