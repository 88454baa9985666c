package object

import (
	"fmt"
	"strings"
	"testing"

	"usersync/reader/mapping"
	"usersync/sync/user"
)

// BenchmarkParse parses records with keys that are not read: the same in all records, others in
// each, and very many.
func BenchmarkParse(b *testing.B) {
	many := func(n int, key func(record, i int) string) (records []string) {
		for record := range 2000 {
			var raw strings.Builder
			fmt.Fprintf(&raw, `{"id":"%d","email":"a@b.example","zip":"01238"`, record)
			for i := range n {
				fmt.Fprintf(&raw, `,"%s":"%d"`, key(record, i), i)
			}
			records = append(records, raw.String()+"}")
		}
		return records
	}
	for _, c := range []struct {
		name    string
		records []string
	}{
		{"same_keys", many(8, func(_, i int) string { return fmt.Sprint("key", i) })},
		{"new_keys", many(2, func(record, i int) string { return fmt.Sprint("key", record, i) })},
		{"many_keys", many(1500, func(_, i int) string { return fmt.Sprint("key", i) })[:20]},
	} {
		b.Run(c.name, func(b *testing.B) {
			names := map[string]user.Field{"id": user.ID, "email": user.Email, "zip": user.ZipCode}
			m, err := mapping.New(mapping.Options{Header: []string{"id", "email", "zip"}, Names: names, Typed: true, Config: mapping.Config{
				Fields: mapping.Fields{{Field: user.ID, Column: "id"}, {Field: user.Email, Column: "email"}, {Field: user.ZipCode, Column: "zip"}}}})
			if err != nil {
				b.Fatal(err)
			}
			p := NewParser(m, names, nil)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if invalid := p.Parse(c.records[i%len(c.records)]); invalid != nil {
					b.Fatal(invalid)
				}
			}
		})
	}
}
