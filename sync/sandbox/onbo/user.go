package onbo

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/go-json-experiment/json"

	"usersync/sync/sandbox"
)

// sent is a user in a create or an update (Onbo API reference, Create a user); nil fields are left out.
type sent struct {
	FirstName    *string `json:"first_name"`
	MiddleName   *string `json:"middle_name"`
	LastName     *string `json:"last_name"`
	Email        *string `json:"email"`
	Phone        *string `json:"phone"`
	DOB          *string `json:"dob"`
	SSN          *string `json:"ssn"`
	Address      *place  `json:"address"`
	CreditReport *string `json:"credit_report_xml_gzip"`
	AssetReport  *string `json:"asset_report_json_gzip"`
}

// place is an address. Its second and third lines may be null.
type place struct {
	Line1   *string `json:"line_1"`
	Line2   *string `json:"line_2"`
	Line3   *string `json:"line_3"`
	Zip     *string `json:"zip"`
	City    *string `json:"city"`
	State   *string `json:"state"`
	Country *string `json:"country"`
}

// parse is stricter than the reference: a member that is not documented is a mistake of the client.
func parse(body []byte) (u sent, refusal *sandbox.Refusal) {
	var members map[string]any
	err := json.Unmarshal(body, &u, json.RejectUnknownMembers(true))
	if err != nil || json.Unmarshal(body, &members) != nil || members == nil {
		return sent{}, badRequest("The body is not an object of the documented members")
	}
	for name, value := range members {
		if value == nil {
			return u, badRequest(name + " must not be null")
		}
	}
	return u, nil
}

func badRequest(detail string) *sandbox.Refusal {
	return &sandbox.Refusal{Status: http.StatusBadRequest, Detail: detail}
}

// The pattern of names is the reference's own.
var (
	names  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([aA-zZ]+[,.]?[ ]?|[aA-zZ]+['’-]?)+$`) })
	phones = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9]{10}$`) })
	emails = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[^@\s]+@[^@\s]+$`) })
)

// check refuses a user that breaks a documented rule.
func (u *sent) check(create bool, now time.Time) *sandbox.Refusal {
	for _, f := range []struct {
		name     string
		value    *string
		required bool
		fits     func(string) bool
	}{
		{"first_name", u.FirstName, true, names().MatchString}, {"middle_name", u.MiddleName, false, names().MatchString},
		{"last_name", u.LastName, true, names().MatchString}, {"email", u.Email, true, emails().MatchString}, {"phone", u.Phone, true, phones().MatchString},
		{"dob", u.DOB, true, func(s string) bool { return ofAge(s, now) }}, {"ssn", u.SSN, true, isSealed},
		{"credit_report_xml_gzip", u.CreditReport, false, isPacked}, {"asset_report_json_gzip", u.AssetReport, false, isPacked},
	} {
		switch {
		case f.name == "ssn" && !create && f.value != nil:
			return badRequest("ssn cannot be updated")
		case f.value == nil && f.required && create:
			return badRequest(f.name + " is required")
		case f.value != nil && !f.fits(*f.value):
			return badRequest("Invalid " + f.name)
		}
	}
	if u.Address == nil {
		if create {
			return badRequest("address is required")
		}
		return nil
	}
	return u.Address.check()
}

func (p *place) check() *sandbox.Refusal {
	for name, value := range map[string]*string{"line_1": p.Line1, "zip": p.Zip, "city": p.City, "state": p.State, "country": p.Country} {
		if value == nil || strings.TrimSpace(*value) == "" {
			return badRequest("address." + name + " is required")
		}
	}
	if !strings.EqualFold(*p.Country, "UNITED STATES") || len(*p.State) != 2 || len(*p.Zip) < 5 { // according to a third-party client, US is refused
		return badRequest("Invalid address")
	}
	return nil
}

// ofAge accepts both documented date formats.
func ofAge(dob string, now time.Time) bool {
	born, err := time.Parse("2006/01/02", strings.ReplaceAll(dob, "-", "/"))
	return err == nil && !born.AddDate(18, 0, 0).After(now)
}

// isSealed checks only the form: a vector and at least one block.
func isSealed(ssn string) bool {
	b, err := base64.StdEncoding.DecodeString(ssn)
	return err == nil && len(b) >= 32 && len(b)%16 == 0
}

func isPacked(report string) bool {
	b, err := base64.StdEncoding.DecodeString(report)
	if err != nil {
		return false
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return false
	}
	_, err = io.Copy(io.Discard, z)
	return err == nil
}

// encode cannot fail: all values are strings, and text that is not UTF-8 was refused.
func encode(v any) []byte {
	b, _ := json.Marshal(v)
	return b
}
