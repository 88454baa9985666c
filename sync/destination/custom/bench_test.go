package custom

import (
	"fmt"
	"testing"

	"usersync/sync/destination/custom/internal/answer"
	"usersync/sync/destination/rest"
	"usersync/sync/sandbox"
	"usersync/sync/user"
)

func hundred() []*user.Record {
	records := make([]*user.Record, 100)
	for i := range records {
		records[i] = customer(i, 0)
	}
	return records
}

func perUser(b *testing.B, users int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(users), "ns/user")
}

// BenchmarkEncode fills the request of a call with 100 users.
func BenchmarkEncode(b *testing.B) {
	c, err := New(example(b, "kard", "http://127.0.0.1:1"))
	if err != nil {
		b.Fatal(err)
	}
	records := hundred()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.request(&c.config.create.Request, &c.config.create.answer, records); err != nil {
			b.Fatal(err)
		}
	}
	perUser(b, len(records))
}

// BenchmarkAnswer reads an answer that shows 100 users.
func BenchmarkAnswer(b *testing.B) {
	c, err := New(example(b, "kard", "http://127.0.0.1:1"))
	if err != nil {
		b.Fatal(err)
	}
	records := hundred()
	request, err := c.request(&c.config.create.Request, &c.config.create.answer, records)
	if err != nil {
		b.Fatal(err)
	}
	body := request.Append(nil)
	b.ReportAllocs()
	for b.Loop() {
		outcomes, err := c.config.create.answer.Settle(&c.answers, answer.Call{Op: user.Create, Records: records}, &rest.Answer{Status: 201, Body: body})
		if err != nil || outcomes[99].Status != user.Created {
			b.Fatal(err)
		}
	}
	perUser(b, len(records))
}

// BenchmarkThroughput creates users in a sandbox, one call after the other.
func BenchmarkThroughput(b *testing.B) {
	s, err := sandbox.Start(sandbox.Options{}, "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close(b.Context())
	c, err := New(example(b, "kard", s.URL()))
	if err != nil {
		b.Fatal(err)
	}
	defer c.CloseIdle()
	call := 0
	for b.Loop() {
		records := hundred()
		for i := range records {
			records[i].User.ID = fmt.Sprint("u-", call, "-", i)
		}
		call++
		if _, err := c.Apply(b.Context(), user.Batch{Op: user.Create, Records: records}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*100/b.Elapsed().Seconds(), "users/s")
}
