package ledger

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"usersync/sync/fingerprint"
	"usersync/sync/user"
)

const benchUsers = 200_000

func benchUser(i int) user.User {
	return user.User{ID: fmt.Sprintf("cust-%08d", (i*7919)%benchUsers), Attributes: []user.Attribute{
		{Field: user.Email, Value: user.TextValue(fmt.Sprintf("first.last%d@example.com", i))},
		{Field: user.Phone, Value: user.TextValue(fmt.Sprintf("+1415%07d", i))},
		{Field: user.FirstName, Value: user.TextValue("Josephine")}, {Field: user.LastName, Value: user.TextValue("Baker-Miller")},
		{Field: user.City, Value: user.TextValue("San Francisco")}, {Field: user.ZipCode, Value: user.TextValue("94105")},
		{Field: user.State, Value: user.TextValue("CA")}, {Field: user.BirthYear, Value: user.TextValue("1987")},
		{Field: user.EnrolledRewards, Value: user.JSONValue(`["CARDLINKED"]`)}, {Field: user.Role, Value: user.TextValue("member")},
	}}
}

func benchLedger(b *testing.B, url string) (*Ledger, []user.User) {
	b.Helper()
	o := Options{URL: url, Key: fingerprint.NewKey(), Scope: "bench"}
	l := benchOpen(b, o)
	if _, err := l.Lock(b.Context(), "run", 0); err != nil {
		b.Fatal(err)
	}
	users := make([]user.User, benchUsers)
	entries := make([]Entry, benchUsers)
	p := l.Fingerprinter()
	for i := range users {
		users[i] = benchUser(i)
		entries[i] = Entry{ID: users[i].ID, State: user.Present, Record: i + 1, Fingerprints: p.Fingerprints(nil, &users[i])}
	}
	began := time.Now()
	benchSave(b, l, entries)
	b.Logf("save new: %d ns/user", time.Since(began).Nanoseconds()/benchUsers)
	began = time.Now()
	benchSave(b, l, entries[:40_000])
	b.Logf("save changed: %d ns/user", time.Since(began).Nanoseconds()/40_000)
	return benchOpen(b, o), users // the next night
}

func benchOpen(b *testing.B, o Options) *Ledger {
	b.Helper()
	l, err := Open(b.Context(), o)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { l.Close() })
	return l
}

func benchSave(b *testing.B, l *Ledger, entries []Entry) {
	for from := 0; from < len(entries); from += 20_000 {
		if err := l.Save(b.Context(), Checkpoint{Run: "run", Record: from + 20_000}, entries[from:from+20_000]); err != nil {
			b.Fatal(err)
		}
	}
}

func benchLookup(b *testing.B, l *Ledger, users []user.User, want user.EntryState) {
	p := l.Fingerprinter()
	ids := make([]string, chunkSize)
	var room []user.Fingerprint
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		from := n % len(users)
		for i := range ids {
			ids[i] = users[from+i].ID
		}
		known, err := l.Lookup(b.Context(), ids)
		if err != nil {
			b.Fatal(err)
		}
		for i := range known {
			got := p.Fingerprints(room, &users[from+i])
			room = got.Fields
			if known[i].State != want || (want == user.Present && !fingerprint.Same(known[i].Fingerprints, got)) {
				b.Fatal("not as expected")
			}
		}
		n += chunkSize
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/user")
}

func Benchmark(b *testing.B) {
	for _, url := range []string{"sqlite:" + b.TempDir() + "/ledger.db", server.database(b)} {
		b.Run(url[:6], func(b *testing.B) {
			l, users := benchLedger(b, url)
			b.Run("lookup/same-order", func(b *testing.B) { benchLookup(b, l, users, user.Present) })
			shuffled := append([]user.User(nil), users...)
			rand.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
			b.Run("lookup/random", func(b *testing.B) { benchLookup(b, l, shuffled, user.Present) })
			for i := range shuffled {
				shuffled[i].ID = "new-" + shuffled[i].ID
			}
			b.Run("lookup/miss", func(b *testing.B) { benchLookup(b, l, shuffled, user.Absent) })
			if info, err := os.Stat(l.entries.DB.Path); err == nil {
				b.Logf("%d bytes a user", info.Size()/benchUsers)
			}
		})
	}
}
