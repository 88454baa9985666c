package identity

import "testing"

func BenchmarkFold(b *testing.B) {
	for name, id := range map[string]string{
		"folded/number":  "1234567890",
		"folded/prefix":  "cust-0012345",
		"folded/uuid":    "f47ac10b-58cc-4372-a567-0e02b2c3d479",
		"folded/address": "ann.lee@example.com",
		"zeros":          "000012345",
		"decimals":       "101.0",
		"capitals":       "CUST-0012345",
		"umlaut":         "müller-7",
		"decomposed":     "Mu\u0308ller-7",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Fold(id)
			}
		})
	}
}

func BenchmarkCleanAndCheck(b *testing.B) {
	for name, id := range map[string]string{
		"number": "1234567890", "prefix": "cust-0012345", "uuid": "f47ac10b-58cc-4372-a567-0e02b2c3d479", "umlaut": "müller-7", "blanks": " cust-7\u00a0", "null": "NULL", "damaged": "1.23457E+15",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Policy{}.Check(Clean(id))
			}
		})
	}
}

// Nearly all ids come out as they went in: that must not allocate.
func TestNoAllocation(t *testing.T) {
	for _, id := range []string{"1234567890", "cust-0012345", "ann.lee@example.com", "000012345", "101.0", "null", "müller", "M\ufffdller"} {
		if n := testing.AllocsPerRun(100, func() { Policy{}.Check(Clean(id)) }); n != 0 {
			t.Errorf("Check(%q): %v allocations", id, n)
		}
		if n := testing.AllocsPerRun(100, func() { Fold(id) }); n != 0 && isASCII(id) {
			t.Errorf("Fold(%q): %v allocations", id, n)
		}
	}
}
