package profile

import (
	"strings"
	"unicode"

	"usersync/sync/identity"
	"usersync/sync/user"
)

// isMarker reports whether a text stands for a missing value in the exports of databases,
// spreadsheets and programs.
func isMarker(text string) bool {
	switch text {
	case "NULL", "null", "Null", "(null)", "<null>", "[NULL]", `\N`, "NaN", "nan", "None", "nil", "NA", "N/A", "n/a", "<NA>", "undefined",
		"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "NaT":
		return true
	}
	return false
}

// isState reports whether a word in lower case is a state of an account.
func isState(text string) bool {
	switch text {
	case "active", "inactive", "enabled", "disabled", "deleted", "tobedeleted", "suspended", "blocked", "deactivated", "terminated",
		"archived", "staged", "provisioned", "deprovisioned", "locked_out", "pending",
		"aktiv", "inaktiv", "gesperrt", "deaktiviert", "actif", "inactif", "activo", "inactivo", "attivo", "inattivo", "disattivato", "actief", "inactief", "ativo", "inativo":
		return true
	}
	return false
}

func isDigits(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

// hasZeroFraction reports whether a text is a whole number as programs write it that keep
// all numbers as fractions: 101.0.
func hasZeroFraction(text string) bool {
	whole, found := strings.CutSuffix(text, ".0")
	return found && isDigits(whole)
}

func isDamaged(text string) bool { return identity.NumberDamage(text) != identity.Accepted }

// isE164 reports whether a text is + and 7 to 15 digits.
func isE164(text string) bool {
	rest, found := strings.CutPrefix(text, "+")
	return found && len(rest) >= 7 && len(rest) <= 15 && isDigits(rest)
}

func isYes(text string) bool {
	yes, err := user.TextValue(text).Bool()
	return err == nil && yes
}

// hasApostrophe reports whether a text is a number with the apostrophe in front that makes
// a cell of a spreadsheet text.
func hasApostrophe(text string) bool {
	rest, found := strings.CutPrefix(text, "'")
	return found && rest != "" && (rest[0] == '+' || '0' <= rest[0] && rest[0] <= '9')
}

// isMasked reports whether a text only stands for a secret: ****.
func isMasked(text string) bool {
	return len(text) >= 3 && (strings.Trim(text, "*") == "" || strings.Trim(text, "•") == "" || strings.Trim(text, "xX") == "")
}

// isHash reports whether a text is the hash of a password, by the usual forms.
func isHash(text string) bool {
	for _, prefix := range []string{"$2", "$argon2", "$1$", "$5$", "$6$", "{SSHA}", "{SHA}", "pbkdf2", "$P$"} {
		if strings.HasPrefix(text, prefix) && len(text) > 20 {
			return true
		}
	}
	return len(text) >= 32 && strings.Trim(text, "0123456789abcdefABCDEF") == ""
}

// isUnclean reports whether a text holds characters that cannot be seen.
func isUnclean(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool {
		return r != '\n' && r != '\t' && r != '\r' && (unicode.IsControl(r) || identity.Invisible(r))
	})
}
