package scim

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"usersync/sync/destination"
	"usersync/sync/destination/rest"
	"usersync/sync/sandbox"
	scimmock "usersync/sync/sandbox/scim"
	"usersync/sync/user"
)

func employees(n int) []*user.Record {
	records := make([]*user.Record, n)
	for i := range records {
		records[i] = employee(i, 0)
		records[i].Remote = fmt.Sprintf("key-%d", i)
	}
	return records
}

func perUser(b *testing.B, users int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(users), "ns/user")
}

func newBenchClient(b *testing.B, config Config) *Client {
	if config.REST.BaseURL == "" {
		config.REST.BaseURL = "https://scim.example"
	}
	config.Features, config.REST.Auth = everything, rest.Auth{Token: user.NewSecret(token)}
	c, err := New(config)
	if err != nil {
		b.Fatal(err)
	}
	return c
}

// BenchmarkEncode writes the body of a call for 100 users.
func BenchmarkEncode(b *testing.B) {
	records := employees(100)
	for _, op := range []user.Op{user.Create, user.Update, user.Delete} {
		b.Run(string(op), func(b *testing.B) {
			c := newBenchClient(b, Config{})
			var body []byte
			b.ReportAllocs()
			for b.Loop() {
				body = c.appendBulk(body[:0], op, records)
			}
			perUser(b, len(records))
		})
	}
}

// BenchmarkAnswer reads an answer about 100 users.
func BenchmarkAnswer(b *testing.B) {
	records := employees(100)
	operations := make([]string, len(records))
	for i := range operations {
		operations[i] = fmt.Sprintf(`{"method":"POST","bulkId":"%d","location":"https://scim.example/v2/Users/key-%d","status":"201","version":"W/\"1\""}`, i+1, i)
	}
	body := []byte(bulk(operations...))
	c := newBenchClient(b, Config{})
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		list, _, err := readBulk(body)
		if err != nil {
			b.Fatal(err)
		}
		if o := c.outcomes(user.Create, records, list, user.Outcome{HTTP: 200}); o[99].Remote != "key-99" {
			b.Fatal(o[99])
		}
	}
	perUser(b, len(records))
}

// BenchmarkCheck checks one record.
func BenchmarkCheck(b *testing.B) {
	c, r := newBenchClient(b, Config{}), employee(1, 0)
	r.Op = user.Upsert
	b.ReportAllocs()
	for b.Loop() {
		if err := c.Check(r); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSandbox creates and deletes 100 users per call in the sandbox, over TCP: the
// most that one connection can do.
func BenchmarkSandbox(b *testing.B) {
	server := httptest.NewServer(sandbox.New(sandbox.Options{API: scimmock.API{}}))
	defer server.Close()
	c := newBenchClient(b, Config{REST: rest.Config{BaseURL: server.URL, Proxy: "none"}})
	defer c.CloseIdle()
	records := employees(100)
	for b.Loop() {
		outcomes, err := c.Apply(context.Background(), user.Batch{Op: user.Create, Records: records})
		if err != nil {
			b.Fatal(err)
		}
		for i, o := range outcomes {
			records[i].Remote = o.Remote
		}
		if outcomes, err = c.Apply(context.Background(), user.Batch{Op: user.Delete, Records: records}); err != nil || outcomes[99].Status != user.Deleted {
			b.Fatal(outcomes, err)
		}
	}
	b.ReportMetric(float64(200*b.N)/b.Elapsed().Seconds(), "users/s")
}

// BenchmarkMerge merges a record into a user as read.
func BenchmarkMerge(b *testing.B) {
	c, r := newBenchClient(b, Config{Update: ByPut}), employee(1, 0)
	held := string(c.appendBody(nil, user.Create, r))
	r.User.Attributes = append(r.User.Attributes, user.Attribute{Field: destination.Whole, Value: user.JSONValue(strings.TrimSpace(held))})
	var body []byte
	b.ReportAllocs()
	for b.Loop() {
		body = c.appendBody(body[:0], user.Update, r)
	}
}
