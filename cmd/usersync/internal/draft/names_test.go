package draft

import (
	"strings"
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
		"Vorname": user.FirstName, "NACHNAME": user.LastName, "E-Mail-Adresse": user.Email, "Straße": user.AddressLine1, "Strasse": user.AddressLine1, "PLZ": user.ZipCode,
		"Ort": user.City, "Land": user.Country, "L\u00e4ndercode": user.Country, "La\u0308ndercode": user.Country, "Mobil": user.Phone, "Geb.-Datum": user.DateOfBirth, "Abteilung": user.Department,
		"Pr\u00e9nom": user.FirstName, "Pre\u0301nom": user.FirstName, "Nom de famille": user.LastName, "Adresse e-mail": user.Email, "N\u00famero de tel\u00e9fono": user.Phone, "Apellidos": user.LastName,
		"Fecha de nacimiento": user.DateOfBirth, "Cognome": user.LastName, "Data di nascita": user.DateOfBirth, "Codice postale": user.ZipCode, "Voornaam": user.FirstName, "Sobrenome": user.LastName,
		"Endere\u00e7o": user.AddressLine1, "T\u00e9l\u00e9phone": user.Phone,
		"Nombre": "", "Nom": "", "Nome": "", "Titel": "", "Nummer": "", "D\u00e9partement": "", "Estado": "", "Apelido": "", "Firma (Unterschrift) der Eltern": "", "Matricule": "",
		"status": "", "stats": "", "mails sent": "", "phoned": "", "Notes": "", "[Required]": "", "": "",
	} {
		if got := guessedField(name); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
}

// What a name means can depend on the other columns.
func TestTogether(t *testing.T) {
	for header, want := range map[string]user.Field{
		"name vorname": user.LastName, "name nachname vorname": "", "name firstname": "", "nom prenom": user.LastName, "naam voornaam": user.LastName,
		"nombre apellidos": user.FirstName, "nombre email": "", "nome cognome": user.FirstName, "nome email": "", "city vorname": "",
	} {
		others := strings.Fields(header)
		if got := together(others[0], others); got != want {
			t.Errorf("%q: %q, want %q", header, got, want)
		}
	}
}

// The users' key is the likeliest of the columns that could be one.
func TestKeyColumns(t *testing.T) {
	for want, header := range map[string][]string{
		"user_id":       {"integration_id", "login_id", "user_id", "email"},
		"sourcedId":     {"userIds", "username", "identifier", "sourcedId"},
		"Record ID":     {"First Name", "Record ID", "Contact owner"},
		"Employee ID":   {"First Name [Required]", "Employee ID"},
		"CUST_NO":       {"CUST_NO", "Login"},
		"login":         {"login", "mail"},
		"Employee #":    {"Last name First name", "Employee #", "Work Email"},
		"N° client":     {"Nom", "N° client", "E-mail"},
		"entity_id":     {"Email", "entity_id"},
		"Kunden-Nr.":    {"Vorname", "Kunden-Nr.", "E-Mail"},
		"Numéro client": {"Nom", "Numéro client"},
		"ID Utente":     {"E-mail", "ID Utente"},
		"":              {"Grid", "valid", "paid", "Nummer", "Numéro", "Código", "Codice fiscale", "Identifiant", "Nr."},
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
