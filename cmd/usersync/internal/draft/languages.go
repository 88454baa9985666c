package draft

import (
	"slices"
	"strings"

	"usersync/sync/user"
)

// foreign are names of columns in the exports of programs in German, French, Spanish, Italian,
// Dutch and Portuguese, plain. A word that means different things in two of these languages, or
// another thing in English, is not among them.
func foreign() map[user.Field]string {
	return map[user.Field]string{
		user.Email: `emailadresse mailadresse adressemail adresseemail courriel adressecourriel adresseelectronique correo correoelectronico direcciondecorreo
			direccioncorreo direcciondecorreoelectronico postaelettronica indirizzoemail indirizzomail indirizzodiposta emailadres mailadres enderecodeemail enderecoemail correioeletronico correioelectronico`,
		user.Phone: `telefon telefonnummer telefonnr rufnummer telefongeschaeftlich telefongeschaftlich telefonprivat handy handynummer handynr mobil mobiltelefon mobilnummer mobilnr mobilfunknummer
			numerodetelephone numerotelephone telephoneportable telephonemobile telephonefixe portable numerodeportable
			telefono telefonomovil movil telefonocelular numerodetelefono numerotelefono numeroditelefono celular telefonocellulare cellulare numerocellulare
			telefoon telefoonnummer telefoonnr mobiel mobielnummer mobieltelefoonnummer telefone telefonecelular telemovel numerodetelefone`,
		user.FirstName:   `vorname vornamen rufname prenom prenoms primernombre nombredepila primonome voornaam voornamen roepnaam primeironome nomeproprio`,
		user.MiddleName:  `zweitervorname zweitername deuxiemeprenom segundonombre secondonome tweedevoornaam nomedomeio`,
		user.LastName:    `nachname familienname zuname nomdefamille nomfamille apellido apellidos primerapellido cognome achternaam familienaam sobrenome ultimonome nomedefamilia`,
		user.Name:        `vollstaendigername vollstandigername vorundnachname nomcomplet nometprenom nomprenom prenomnom nombrecompleto nombreyapellidos nombreyapellido nomecompleto nomeecognome volledigenaam`,
		user.DisplayName: `anzeigename nomaffiche nombreparamostrar nombremostrado nomevisualizzato weergavenaam nomedeexibicao`,
		user.NickName:    `spitzname surnom soprannome bijnaam`,
		user.UserName: `benutzername benutzerkennung anmeldename loginname nomdutilisateur nomutilisateur nombredeusuario nombreusuario nomeutente gebruikersnaam
			nomedeusuario nomedeutilizador nomedousuario`,
		user.DateOfBirth: `geburtsdatum gebdatum geburtstag datedenaissance datenaissance fechadenacimiento fechanacimiento datadinascita datanascita geboortedatum datadenascimento datanascimento`,
		user.BirthYear:   `geburtsjahr anneedenaissance anodenacimiento annodinascita geboortejaar anodenascimento`,
		user.AddressLine1: `strasse strassehausnummer strassehausnr strassenr strasseundhausnummer strasseundnr anschrift adresse adresse1 adresspostale adressepostale rue ligneadresse1
			calle direccion direccion1 domicilio indirizzo indirizzo1 straat straatnaam straatenhuisnummer adres adres1 endereco endereco1 morada logradouro`,
		user.AddressLine2:      `adresszusatz adresse2 complementadresse complementdadresse ligneadresse2 direccion2 indirizzo2 adres2 endereco2`,
		user.ZipCode:           `plz postleitzahl codepostal codigopostal codicepostale codicediavviamentopostale codicepostalecap cep`,
		user.City:              `ort wohnort stadt ville localite ciudad localidad citta woonplaats plaats stad cidade localidade`,
		user.State:             `bundesland kanton region provincia provincie`,
		user.Country:           `land laendercode landercode laenderkennzeichen landerkennzeichen laenderkuerzel pays codepays codigopais codigodepais codicepaese codicenazione nazione landcode landencode codigodopais`,
		user.Title:             `berufsbezeichnung stellenbezeichnung intituleposte intituleduposte titredeposte fonction puesto puestodetrabajo qualifica mansione functie functietitel functienaam`,
		user.Department:        `abteilung afdeling`,
		user.EmployeeNumber:    `personalnummer personalnr mitarbeiternummer mitarbeiternr numeroemploye numerosalarie numerodeempleado numeroempleado numerodipendente personeelsnummer medewerkernummer numerofuncionario`,
		user.Organization:      `firma firmenname unternehmen societe entreprise raisonsociale empresa razonsocial azienda ragionesociale bedrijf bedrijfsnaam`,
		user.CostCenter:        `kostenstelle centredecouts centredecout centrodecostos centrodecostes centrodecoste centrodicosto kostenplaats centrodecusto centrodecustos`,
		user.PreferredLanguage: `sprache korrespondenzsprache langue idioma lingua taal`,
	}
}

// foreignKeys are such names of the users' key, the likeliest first. Those that only say number
// or code are not among them.
var foreignKeys = strings.Fields(`
	kundennummer kundennr kundenid kdnr benutzerid nutzerid mitgliedsnummer mitgliedsnr mitgliedernummer mitgliedid teilnehmerid personalnummer personalnr mitarbeiternummer mitarbeiternr
	numeroclient numerodeclient idclient identifiantclient codeclient numeroadherent idutilisateur identifiantutilisateur numeroemploye
	numerodecliente numerocliente idcliente idusuario iddeusuario numerodesocio numerosocio numerodeempleado numeroempleado
	codicecliente idutente numerocliente codiceutente numerotessera numerodipendente
	klantnummer klantnr klantid gebruikersid lidnummer personeelsnummer medewerkernummer
	codigocliente codigodocliente codigodecliente numerodocliente iddousuario idutilizador
	benutzername benutzerkennung anmeldename loginname nomdutilisateur nombredeusuario nombreusuario nomeutente gebruikersnaam nomedeusuario nomedeutilizador`)

// together returns what a name means where another column has a name that goes with it, and none
// the full word: a Name is a last name where there is a Vorname and no Nachname.
func together(bare string, others []string) user.Field {
	has := func(names string) bool {
		return slices.ContainsFunc(strings.Fields(names), func(name string) bool { return slices.Contains(others, name) })
	}
	switch {
	case bare == "name" && has("vorname vornamen") && !has("nachname familienname zuname"),
		bare == "nom" && has("prenom prenoms") && !has("nomdefamille nomfamille"),
		bare == "naam" && has("voornaam voornamen") && !has("achternaam familienaam"):
		return user.LastName
	case (bare == "nombre" || bare == "nombres") && has("apellido apellidos primerapellido"),
		bare == "nome" && has("cognome sobrenome"):
		return user.FirstName
	}
	return ""
}

// addForeign adds the names of other languages to a list of synonyms.
func addForeign(list map[string]user.Field) {
	for field, names := range foreign() {
		for name := range strings.FieldsSeq(names) {
			list[name] = field
		}
	}
}
