package reader

import (
	"fmt"
	"strings"
	"testing"

	"usersync/sync/user"
)

const benchRecords = 20_000

func kardCSV(n int) string {
	var b strings.Builder
	b.WriteString("id,email,phone,zip_code,birth_year,enrolled_rewards,historical_transactions_sent,hashed_email\n")
	for i := range n {
		fmt.Fprintf(&b, "cust-%08d,user%d@example.com,+14155550101,94107,1984,CARDLINKED,true,%064d\n", i, i, i)
	}
	return b.String()
}

func kardJSONL(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `{"id":"cust-%08d","email":"user%d@example.com","phone":"+14155550101","zip_code":"94107","birth_year":1984,"enrolled_rewards":["CARDLINKED"],"historical_transactions_sent":true,"hashed_email":"%064d"}`+"\n", i, i, i)
	}
	return b.String()
}

func benchmark(b *testing.B, o Options, text string) {
	b.ReportAllocs()
	b.SetBytes(int64(len(text)))
	records := 0
	for b.Loop() {
		o.Paths, o.Stdin, o.Op = []string{"-"}, strings.NewReader(text), user.Upsert
		in, err := Open(b.Context(), o)
		if err != nil {
			b.Fatal(err)
		}
		for rec, err := range in.Records() {
			if err != nil || rec.Err != nil {
				b.Fatal(err, rec.Err)
			}
			records++
		}
		if err := in.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(records), "ns/record")
	b.ReportMetric(float64(records)/b.Elapsed().Seconds(), "records/s")
}

func BenchmarkCSV(b *testing.B)   { benchmark(b, Options{}, kardCSV(benchRecords)) }
func BenchmarkJSONL(b *testing.B) { benchmark(b, Options{}, kardJSONL(benchRecords)) }

func BenchmarkCSVQuoted(b *testing.B) {
	text := strings.ReplaceAll(kardCSV(benchRecords), ",", `","`)
	benchmark(b, Options{}, `"`+strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\"\n\"")+"\"\n")
}
