package mapping

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"usersync/sync/user"
)

const (
	longestName = 60 // characters of a column's name that is quoted
	shownShape  = 20 // characters of a shape
	shownErrors = 5  // columns that one message lists
)

// Shown returns a column's name for a message: quoted if each of its words is a word of
// column names, and otherwise its position and the shape of the name. The first row of a
// file without a header may be a user's data.
func Shown(name string, index int) string {
	if IsColumnName(name) {
		return "column " + strconv.Quote(name)
	}
	at := "column " + strconv.Itoa(index+1)
	if name = user.Trim(name); name != "" {
		at += " (named like " + shape(name) + ")"
	}
	return at
}

// shown is Shown, except that names in the mapping are always quoted.
func (m planner) shown(name string, index int) string {
	if m.mapped(name) {
		return "column " + strconv.Quote(name)
	}
	return Shown(name, index)
}

// mapped reports whether the config or our own names name the column.
func (m planner) mapped(name string) bool {
	if _, known := m.o.Names[name]; known || name != "" && (m.skipped[name] || name == m.op.name) {
		return true
	}
	return slices.ContainsFunc(m.o.Config.Fields, func(r Rule) bool { return r.Column != "" && user.Trim(r.Column) == name })
}

// shape returns a text with its letters and digits masked, cut to 20 characters.
func shape(text string) string {
	n := 0
	masked := strings.Map(func(r rune) rune {
		if n++; n > shownShape {
			return -1
		}
		switch {
		case unicode.IsUpper(r):
			return 'X'
		case unicode.IsLetter(r) || unicode.IsMark(r):
			return 'x'
		case unicode.IsDigit(r):
			return '9'
		case r > ' ' && r < 0x7f:
			return r
		}
		return '_'
	}, text)
	if n > shownShape {
		masked += "…"
	}
	return masked
}

// IsColumnName reports whether each word of a name is a word of column names. Words are
// separated by blanks and punctuation, by a change of letter case as in zipCode, and from
// numbers of at most two digits.
func IsColumnName(name string) bool {
	if utf8.RuneCountInString(name) > longestName {
		return false
	}
	list, words := columnWords(), 0
	for word := range wordsOf(name) {
		switch {
		case len(word) <= 2 && strings.Trim(word, "0123456789") == "":
		case list[strings.ToLower(word)]:
			words++
		default:
			return false
		}
	}
	return words > 0
}

// wordsOf yields the words of a name.
func wordsOf(name string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for _, part := range strings.FieldsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("_-./:()[]#*", r) }) {
			for len(part) > 0 {
				end := wordEnd(part)
				if !yield(part[:end]) {
					return
				}
				part = part[end:]
			}
		}
	}
}

// wordEnd returns where the first word ends in a text without separators: zip in zipCode,
// ID in IDNumber, line in line2.
func wordEnd(text string) int {
	before := rune(0)
	for i, r := range text {
		switch {
		case i == 0:
		case unicode.IsDigit(r) != unicode.IsDigit(before), unicode.IsUpper(r) && !unicode.IsUpper(before):
			return i
		case unicode.IsUpper(r):
			if next, _ := utf8.DecodeRuneInString(text[i+utf8.RuneLen(r):]); unicode.IsLower(next) {
				return i
			}
		}
		before = r
	}
	return len(text)
}

// columnWords are the words of column names, in lower case. A word that is also the name of
// a person or a place is not among them.
func columnWords() map[string]bool {
	words := map[string]bool{}
	for word := range strings.FieldsSeq(`
		id ids identifier uid uuid guid key no number num nr nbr ref reference code codes external internal remote source system
		name names first last middle given family full display nick user username nickname firstname lastname fullname displayname
		middlename givenname familyname surname initials prefix suffix title salutation gender sex
		email emails mail e address addresses addr line lines street house city town state province region county country zip
		zipcode postal postcode postalcode po box location latitude longitude lat lng
		phone phones telephone tel mobile cell fax contact phonenumber mobilephone cellphone emailaddress
		birth birthday birthdate birthyear born dob year month day date dates time timestamp at on of to from
		yearofbirth dateofbirth ssn social security password passwd pwd secret token hash hashed hashedemail salt pin
		customer customers cust customerid customerno custno custid client account accounts acct member memberid membership
		employee employeeid employeenumber userid userno person people student teacher learner participant patient subscriber
		company organization organisation org department division office branch team cost center centre costcenter manager
		occupation job position role roles rolealias group groups type types category class level status state active enabled disabled
		deleted blocked banned created updated modified added joined started ended last login signup registered registration
		expires expiry deadline deadlineat start end begin language languages lang locale preferred preferredlanguage timezone zone
		currency amount total balance price quantity count points score rank tier plan subscription enrolled rewards enrolledrewards
		historical transactions sent historicaltransactionssent credit asset report reports bio notes note comment comments
		description tag tags label labels segment flag flags url link website profile profileurl photo image avatar picture
		op operation action actions sync synced import imported export exported row record records extra attributes attribute
		custom field fields value values courses course consent opt in out newsletter marketing is has the and or
		primary required optional unit path recovery function next sign force changed read only advanced protection program space used usage new drive buildings building floor section desk kind relation secondary home work business personal private public legal tax vat iban bic card loyalty order orders payment
		sourced integration sortable short sms agent grade grades schema schemas urn extension enterprise params version usertype fromapi externalid createdat updatedat lastlogin do change changes
		vorname nachname familienname benutzername anmeldename adresse emailadresse telefon telefonnummer mobil kundennummer kundennr personalnummer personalnr mitgliedsnummer postleitzahl plz strasse straße
		hausnummer geburtsdatum geburtstag geburtsjahr abteilung bundesland nom prenom prénom courriel téléphone naissance ville pays matricule utilisateur
		nombre apellido apellidos correo electronico electrónico telefono teléfono movil móvil nacimiento fecha codigo código cliente usuario provincia direccion dirección ciudad
		cognome nascita indirizzo cellulare codice utente citta città nazione voornaam achternaam geboortedatum telefoon telefoonnummer klantnummer gebruikersnaam straat woonplaats
		nome sobrenome endereco endereço nascimento telefone telemovel telemóvel`) {
		words[word] = true
	}
	return words
}
