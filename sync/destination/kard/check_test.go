package kard

import (
	"errors"
	"strings"
	"testing"

	"usersync/sync/user"
)

func TestCheck(t *testing.T) {
	c := &Client{}
	with := func(attributes ...user.Attribute) *user.Record {
		return &user.Record{Op: user.Upsert, User: user.User{ID: "1", Attributes: attributes}}
	}
	also := func(f user.Field, v user.Value) *user.Record {
		return with(user.Attribute{Field: user.EnrolledRewards, Value: user.TextValue("CARDLINKED")}, user.Attribute{Field: f, Value: v})
	}
	rewards := func(v user.Value) *user.Record { return with(user.Attribute{Field: user.EnrolledRewards, Value: v}) }
	named := func(id string, op user.Op) *user.Record { r := person(id); r.Op = op; return r }
	bare := func(op user.Op) *user.Record { return &user.Record{Op: op, User: user.User{ID: "1"}} }
	secret := person("1")
	secret.User.Secrets = []user.SecretAttribute{{Field: user.SSN, Value: user.NewSecret("078-05-1120")}}
	hash := strings.Repeat("0a", 32)
	for name, test := range map[string]struct {
		record *user.Record
		code   string
	}{
		"all of it":               {person("1"), ""},
		"no rewards, upsert":      {bare(user.Upsert), "missing_field"},
		"no rewards, create":      {bare(user.Create), "missing_field"},
		"no rewards, update":      {bare(user.Update), "missing_field"},
		"no rewards, delete":      {bare(user.Delete), ""},
		"rewards":                 {rewards(user.TextValue("CARDLINKED")), ""},
		"rewards as JSON":         {rewards(user.JSONValue(`["CARDLINKED"]`)), ""},
		"rewards empty":           {rewards(user.TextValue("[]")), ""},
		"rewards empty as JSON":   {rewards(user.JSONValue("[]")), ""},
		"rewards blank":           {rewards(user.TextValue("  ")), "blank_rewards"},
		"rewards null":            {rewards(user.JSONValue("null")), "bad_list"},
		"rewards number":          {rewards(user.JSONValue("1")), "bad_list"},
		"rewards other":           {rewards(user.TextValue("AFFILIATE")), "bad_reward"},
		"rewards lower case":      {rewards(user.TextValue("cardlinked")), "bad_reward"},
		"rewards mixed":           {rewards(user.TextValue("CARDLINKED;AFFILIATE")), "bad_reward"},
		"rewards cleared":         {rewards(user.Value{Kind: user.Clear}), "cannot_clear"},
		"email cleared":           {also(user.Email, user.Value{Kind: user.Clear}), "cannot_clear"},
		"flag":                    {also(user.HistoricalTransactionsSent, user.JSONValue("false")), ""},
		"flag other":              {also(user.HistoricalTransactionsSent, user.TextValue("maybe")), "bad_boolean"},
		"phone":                   {also(user.Phone, user.TextValue("+4915123456789")), ""},
		"phone number as JSON":    {also(user.Phone, user.JSONValue("4915123456789")), "bad_phone"},
		"phone national":          {also(user.Phone, user.TextValue("0151 23456789")), "bad_phone"},
		"phone with spaces":       {also(user.Phone, user.TextValue("+49 151 23456789")), "bad_phone"},
		"phone with a leading 0":  {also(user.Phone, user.TextValue("+0151234567")), "bad_phone"},
		"phone too long":          {also(user.Phone, user.TextValue("+1234567890123456")), "bad_phone"},
		"phone of 15 digits":      {also(user.Phone, user.TextValue("+123456789012345")), ""},
		"hash":                    {also(user.HashedEmail, user.TextValue(hash)), ""},
		"hash upper case":         {also(user.HashedEmail, user.TextValue(strings.ToUpper(hash))), "bad_hash"},
		"hash short":              {also(user.HashedEmail, user.TextValue(hash[1:])), "bad_hash"},
		"zip number":              {also(user.ZipCode, user.JSONValue("11238")), ""},
		"birth year number":       {also(user.BirthYear, user.JSONValue("1990")), ""},
		"zip list":                {also(user.ZipCode, user.JSONValue("[1]")), "bad_text"},
		"zip null":                {also(user.ZipCode, user.JSONValue("null")), "bad_text"},
		"a field of another API":  {also(user.FirstName, user.TextValue("Frieda")), "unsupported_field"},
		"a secret of another API": {secret, "unsupported_field"},
		"no id":                   {named("", user.Upsert), "missing_id"},
		"no id, delete":           {named("", user.Delete), "missing_id"},
		"dot":                     {named(".", user.Delete), "bad_id"},
		"dots":                    {named("..", user.Upsert), "bad_id"},
		"three dots":              {named("...", user.Upsert), ""},
		"control":                 {named("a\x01", user.Upsert), "bad_id"},
		"not UTF-8":               {named("a\xff", user.Upsert), "bad_id"},
		"slashes":                 {named(`a/b\c?d#e%f`, user.Upsert), ""},
	} {
		err := c.Check(test.record)
		var bad *user.InvalidError
		if err != nil && !errors.As(err, &bad) {
			t.Fatalf("%s: error is a %T", name, err)
		}
		if (err == nil) != (test.code == "") || (err != nil && bad.Code != test.code) {
			t.Errorf("%s: %v, want %s", name, err, test.code)
		}
		if err != nil {
			for _, value := range []string{"maybe", "0151", "Frieda", "AFFILIATE", "078-05"} {
				if strings.Contains(err.Error(), value) {
					t.Errorf("%s: the error shows the value: %v", name, err)
				}
			}
		}
	}
}

func TestMissingRewardsNameTheLine(t *testing.T) {
	c := &Client{}
	for _, op := range []user.Op{user.Upsert, user.Create, user.Update} {
		err := c.CheckColumns([]user.Field{user.ID, user.Email}, op)
		if err == nil || !strings.Contains(err.Error(), "enrolled_rewards: {value: [CARDLINKED]}") {
			t.Errorf("%s: %v", op, err)
		}
		if err := c.CheckColumns([]user.Field{user.ID, user.EnrolledRewards}, op); err != nil {
			t.Errorf("%s: %v", op, err)
		}
		err = c.Check(&user.Record{Op: op, User: user.User{ID: "1"}})
		if err == nil || !strings.Contains(err.Error(), "enrolled_rewards: {value: [CARDLINKED]}") {
			t.Errorf("%s: %v", op, err)
		}
	}
	if err := c.CheckColumns([]user.Field{user.ID}, user.Delete); err != nil {
		t.Error(err)
	}
}
