package onbo

import (
	"errors"
	"strings"
	"testing"
	"time"

	"usersync/sync/user"
)

func checking(t *testing.T, set ...func(*Config)) *Client {
	t.Helper()
	config := settings("https://x.example/v1")
	for _, s := range set {
		s(&config)
	}
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func warning(c *Config) { c.Checks = Warn }

var (
	text    = user.TextValue
	cleared = user.Value{Kind: user.Clear}
)

// personal lists values that no error may show.
var personal = []string{"José", "Zoë", "672-3456", "1988", "2005", "111-22", "Stansfield", "passwd", "Ontario", "hunter2"}

func TestCheck(t *testing.T) {
	p := func() *user.Record { return person("1") }
	op := func(op user.Op, r *user.Record) *user.Record { r.Op = op; return r }
	secret := func(f user.Field, value string) *user.Record {
		r := p()
		r.User.Secrets = []user.SecretAttribute{{Field: f, Value: user.NewSecret(value)}}
		return r
	}
	bare := func(o user.Op, attributes ...user.Attribute) *user.Record {
		return &user.Record{Op: o, User: user.User{ID: "1", Attributes: attributes}}
	}
	for name, test := range map[string]struct {
		record      *user.Record
		code, warns string // with checks: refuse and with checks: warn
	}{
		"all of it":                  {p(), "", ""},
		"no id":                      {person(""), "missing_id", "missing_id"},
		"control":                    {person("a\x01"), "bad_id", "bad_id"},
		"a dot is an id":             {op(user.Delete, person(".")), "", ""},
		"delete of an id":            {bare(user.Delete), "", ""},
		"no first name":              {without(p(), user.FirstName), "missing_field", "missing_field"},
		"no SSN":                     {without(p(), user.SSN), "missing_field", "missing_field"},
		"no SSN, create":             {op(user.Create, without(p(), user.SSN)), "missing_field", "missing_field"},
		"no SSN, update":             {op(user.Update, without(p(), user.SSN)), "", ""},
		"no country":                 {without(p(), user.Country), "missing_field", "missing_field"},
		"update of an e-mail":        {bare(user.Update, user.Attribute{Field: user.Email, Value: text("a@example.com")}), "", ""},
		"update of a city":           {bare(user.Update, user.Attribute{Field: user.City, Value: text("Zionsville")}), "partial_address", "partial_address"},
		"update of a second line":    {bare(user.Update, user.Attribute{Field: user.AddressLine2, Value: cleared}), "partial_address", "partial_address"},
		"update of nothing":          {bare(user.Update), "nothing_to_update", "nothing_to_update"},
		"update of the SSN alone":    {op(user.Update, without(p(), required[:]...)), "nothing_to_update", "nothing_to_update"},
		"a field of another API":     {with(p(), user.BirthYear, text("1988")), "unsupported_field", "unsupported_field"},
		"a password":                 {secret(user.Password, "hunter2"), "unsupported_field", "unsupported_field"},
		"SSN of ten digits":          {secret(user.SSN, "111-222-3333"), "bad_ssn", "bad_ssn"},
		"SSN without dashes":         {secret(user.SSN, "111223333"), "", ""},
		"e-mail cleared":             {with(p(), user.Email, cleared), "cannot_clear", "cannot_clear"},
		"middle name cleared":        {with(p(), user.MiddleName, cleared), "cannot_clear", "cannot_clear"},
		"second line cleared":        {with(p(), user.AddressLine2, cleared), "", ""},
		"third line cleared":         {with(p(), user.AddressLine3, cleared), "", ""},
		"a list":                     {with(p(), user.City, user.JSONValue(`["a"]`)), "bad_text", "bad_text"},
		"a report without directory": {with(p(), user.CreditReport, text("report.xml")), "no_report", "no_report"},

		"Mary Ann":        {with(p(), user.FirstName, text("Mary Ann")), "", ""},
		"O'Brien":         {with(p(), user.LastName, text("O'Brien")), "", ""},
		"O’Brien":         {with(p(), user.LastName, text("O’Brien")), "", ""},
		"Smith-Jones":     {with(p(), user.LastName, text("Smith-Jones")), "", ""},
		"Jr.":             {with(p(), user.LastName, text("King Jr.")), "", ""},
		"José":            {with(p(), user.FirstName, text("José")), "bad_name", ""},
		"Zoë":             {with(p(), user.MiddleName, text("Zoë")), "bad_name", ""},
		"3rd":             {with(p(), user.LastName, text("King 3rd")), "bad_name", ""},
		"a leading space": {with(p(), user.FirstName, text(" Ann")), "bad_name", ""},
		"two spaces":      {with(p(), user.FirstName, text("Ann  B")), "bad_name", ""},
		"a name on which backtracking never ends": {with(p(), user.FirstName, text(strings.Repeat("a", 10000)+"!")), "bad_name", ""},
		"ten digits":                   {with(p(), user.Phone, text("6166723456")), "", ""},
		"a one before it":              {with(p(), user.Phone, text("1-616-672-3456")), "", ""},
		"a JSON number":                {with(p(), user.Phone, user.JSONValue("6166723456")), "", ""},
		"another country's":            {with(p(), user.Phone, text("+44 20 7946 0018")), "bad_phone", ""},
		"nine digits":                  {with(p(), user.Phone, text("616672345")), "bad_phone", ""},
		"an extension":                 {with(p(), user.Phone, text("616-672-3456 x9")), "bad_phone", ""},
		"an area that begins with 1":   {with(p(), user.Phone, text("116-672-3456")), "bad_phone", ""},
		"date with slashes":            {with(p(), user.DateOfBirth, text("1988/05/16")), "", ""},
		"date in a number":             {with(p(), user.DateOfBirth, user.JSONValue("19880516")), "", ""},
		"date with a month's name":     {with(p(), user.DateOfBirth, text("16 May 1988")), "", ""},
		"an ambiguous date":            {with(p(), user.DateOfBirth, text("05/06/1988")), "bad_date", ""},
		"a day that does not exist":    {with(p(), user.DateOfBirth, text("1988-02-30")), "bad_date", ""},
		"two digits of a year":         {with(p(), user.DateOfBirth, text("88-05-16")), "bad_date", ""},
		"18 today":                     {with(p(), user.DateOfBirth, text("2005-11-14")), "", ""},
		"18 tomorrow":                  {with(p(), user.DateOfBirth, text("2005-11-15")), "too_young", ""},
		"not born":                     {with(p(), user.DateOfBirth, text("2105-11-15")), "too_young", ""},
		"no e-mail address":            {with(p(), user.Email, text("blair at example.com")), "bad_email", ""},
		"two @":                        {with(p(), user.Email, text("a@b@example.com")), "bad_email", ""},
		"a blank line":                 {with(p(), user.AddressLine1, text(" ")), "blank_address", ""},
		"a state in words":             {with(p(), user.State, text("Pennsylvania")), "bad_state", ""},
		"a state in small letters":     {with(p(), user.State, text("pa")), "", ""},
		"a province":                   {with(p(), user.State, text("ON")), "bad_state", ""},
		"a space as state":             {with(p(), user.State, text("L ")), "bad_state", ""},
		"ZIP+4":                        {with(p(), user.ZipCode, text("18092-1234")), "", ""},
		"a zip that lost its zero":     {with(p(), user.ZipCode, user.JSONValue("1809")), "bad_zip", ""},
		"another country":              {with(p(), user.Country, text("Ontario")), "bad_country", ""},
		"the country in full":          {with(p(), user.Country, text("The United States of America")), "", ""},
		"the country with dots":        {with(p(), user.Country, text("u.s.")), "", ""},
		"rules hold for updates":       {op(user.Update, with(p(), user.DateOfBirth, text("2005-11-15"))), "too_young", ""},
		"no rule holds for a deletion": {op(user.Delete, with(p(), user.FirstName, text("José"))), "", ""},
	} {
		for client, code := range map[*Client]string{checking(t): test.code, checking(t, warning): test.warns} {
			err := client.Check(test.record)
			var bad *user.InvalidError
			if err != nil && !errors.As(err, &bad) {
				t.Fatalf("%s: error is a %T", name, err)
			}
			if (err == nil) != (code == "") || err != nil && bad.Code != code {
				t.Errorf("%s, %s: %v, want %s", name, client.config.Checks, err, code)
			}
			for _, value := range personal {
				if err != nil && strings.Contains(err.Error(), value) {
					t.Errorf("%s: the error shows the value: %v", name, err)
				}
			}
		}
	}
}

// TestAgeTurnsAtMidnight, by the clock in the config.
func TestAgeTurnsAtMidnight(t *testing.T) {
	born := with(person("1"), user.DateOfBirth, text("2008-02-29"))
	for now, young := range map[string]bool{"2026-02-28T23:59:59Z": true, "2026-03-01T00:00:00Z": false, "2026-02-28T23:59:59-05:00": false} {
		at, err := time.Parse(time.RFC3339, now)
		if err != nil {
			t.Fatal(err)
		}
		c := checking(t, func(c *Config) { c.Now = func() time.Time { return at } })
		if got := c.Check(born) != nil; got != young {
			t.Errorf("%s: too young is %v", now, got)
		}
	}
}

func TestCheckColumns(t *testing.T) {
	all := append([]user.Field{user.ID, user.MiddleName}, required[:]...)
	less := func(f user.Field) []user.Field {
		var kept []user.Field
		for _, field := range all {
			if field != f {
				kept = append(kept, field)
			}
		}
		return kept
	}
	keyless := checking(t, func(c *Config) { c.SecretKey = user.NewSecret("not a uuid") })
	for name, test := range map[string]struct {
		client *Client
		fields []user.Field
		op     user.Op
		want   string
	}{
		"all":                  {checking(t), all, user.Upsert, ""},
		"no SSN":               {checking(t), less(user.SSN), user.Upsert, "ssn: Onbo requires it"},
		"no SSN, create":       {checking(t), less(user.SSN), user.Create, "ssn: Onbo requires it"},
		"no SSN, update":       {checking(t), less(user.SSN), user.Update, ""},
		"no country":           {checking(t), less(user.Country), user.Upsert, "country: {value: US}"},
		"ids, delete":          {checking(t), []user.Field{user.ID}, user.Delete, ""},
		"a report":             {checking(t), append(all, user.AssetReport), user.Update, "set onbo.reports"},
		"a report, delete":     {checking(t), append(all, user.AssetReport), user.Delete, ""},
		"a key too short":      {keyless, all, user.Upsert, "secret_key"},
		"a key, never used":    {keyless, all, user.Update, ""},
		"a key and no columns": {keyless, []user.Field{user.ID}, user.Delete, ""},
	} {
		err := test.client.CheckColumns(test.fields, test.op)
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
	}
}
