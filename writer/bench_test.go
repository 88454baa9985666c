package writer

import (
	"io"
	"testing"
	"time"

	"usersync/sync/user"
)

func BenchmarkCSV(b *testing.B) {
	w, err := NewResults(io.Discard, FormatCSV)
	if err != nil {
		b.Fatal(err)
	}
	benchmark(b, w)
}

func BenchmarkJSONL(b *testing.B) { benchmark(b, mustResults(b, io.Discard, FormatJSONL)) }

func benchmark(b *testing.B, w Writer) {
	b.ReportAllocs()
	o := example
	for i := 0; b.Loop(); i++ {
		if i%100 == 0 { // a batch settles at once, 1000 of them in a second
			o.At = o.At.Add(time.Millisecond)
		}
		if err := w.Write(&o); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRejects(b *testing.B) {
	for _, o := range []RejectsOptions{
		{Format: FormatCSV, Header: []string{"id", "name", "ssn"}, SecretColumns: []string{"ssn"}, Run: "20260314T020000Z-k3f9qa"},
		{Format: FormatJSONL, Run: "20260314T020000Z-k3f9qa"},
	} {
		b.Run(string(o.Format), func(b *testing.B) {
			w, err := NewRejects(io.Discard, o)
			if err != nil {
				b.Fatal(err)
			}
			refused := example
			refused.Status, refused.Code, refused.Detail = user.Refused, "DUPLICATE_EMAIL", "another user has this address"
			refused.Record = &user.Record{Origin: user.Origin{Record: 4711, Line: 4712, Raw: `CUST-0001234567,"Doe, Jane",123-45-6789`}}
			if o.Format == FormatJSONL {
				refused.Record.Origin.Raw = `{"id":"CUST-0001234567","name":"Doe, Jane","ssn":"123-45-6789"}`
			}
			b.ReportAllocs()
			for b.Loop() {
				if err := w.Write(&refused); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
