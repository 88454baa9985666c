package vocabulary_test

import (
	"testing"

	"usersync/sync/destination/vocabulary"
)

// BenchmarkClean: a refusal as APIs word it, about a record with ten fields.
func BenchmarkClean(b *testing.B) {
	v := vocabulary.New()
	r := person("email", "ann.lee@example.com", "phone", "+14155552671", "first_name", "Ann", "last_name", "Lee", "city", "San José",
		"address_line_1", "12 Main Street", "zip_code", "94110", "birth_year", "1990", "enrolled_rewards", "CARDLINKED", "ssn", "078-05-1120")
	const text = `The value "ann.lee@example.com" of emailAddress is not allowed: it must be unique, and another user (+1 415 555-2671) has it already.`
	b.ReportAllocs()
	for b.Loop() {
		v.Clean(text, "bad_value", r)
	}
}
