package kard

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"testing"

	"usersync/sync/destination/destinationtest/stage"
	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

func people(n int) []*user.Record {
	records := make([]*user.Record, n)
	for i := range records {
		records[i] = person("cust-" + strconv.Itoa(1000000+i))
	}
	return records
}

func person(id string) *user.Record {
	return &user.Record{Op: user.Upsert, User: user.User{ID: id, Attributes: []user.Attribute{
		{Field: user.Email, Value: user.TextValue("frieda.mustermann" + id + "@mail.example")},
		{Field: user.Phone, Value: user.TextValue("+14155552671")},
		{Field: user.BirthYear, Value: user.TextValue("1987")},
		{Field: user.ZipCode, Value: user.TextValue("01238")},
		{Field: user.EnrolledRewards, Value: user.TextValue("CARDLINKED")},
		{Field: user.HistoricalTransactionsSent, Value: user.TextValue("true")},
	}}}
}

// BenchmarkMultiStatus reads an answer that echoes 100 users.
func BenchmarkMultiStatus(b *testing.B) {
	records := people(100)
	inOrder := appendUsers(nil, records)
	backwards := people(100)
	for i, j := 0, 99; i < j; i, j = i+1, j-1 {
		backwards[i], backwards[j] = backwards[j], backwards[i]
	}
	for _, bench := range []struct {
		name string
		body []byte
	}{
		{"in_order", inOrder},
		{"backwards", appendUsers(nil, backwards)},
		{"id_last", idLast(records)},
		{"numbers", numbers(inOrder)},
		{"one_error", append(inOrder[:len(inOrder)-1:len(inOrder)-1], `,"errors":[{"id":"cust-1000050","status":"400","title":"Bad Request","detail":"zipCode is wrong"}]}`...)},
	} {
		b.Run(bench.name, func(b *testing.B) {
			var m multiStatus
			b.SetBytes(int64(len(bench.body)))
			b.ReportAllocs()
			for b.Loop() {
				if err := m.read(bench.body, records); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/100, "ns/user")
		})
	}
}

func idLast(records []*user.Record) []byte {
	body := []byte(`{"data":[`)
	for i, r := range records {
		if i > 0 {
			body = append(body, ',')
		}
		body = append(body, `{"type":"user","attributes":{"enrolledRewards":["CARDLINKED"],"zipCode":"11238","email":"frieda.`+r.User.ID+`@mail.example","phoneNumber":"+14155552671","birthYear":"1990"},"id":`...)
		body = append(rest.AppendText(body, r.User.ID), '}')
	}
	return append(body, "]}"...)
}

// numbers gives each user a number of its own.
func numbers(users []byte) []byte {
	parts := bytes.SplitAfter(users, []byte(`"attributes":{`))
	var body []byte
	for i, part := range parts {
		if body = append(body, part...); i < len(parts)-1 {
			body = fmt.Appendf(body, `"points":%d,`, i)
		}
	}
	return body
}

func BenchmarkEncode(b *testing.B) {
	records := people(100)
	var body []byte
	b.ReportAllocs()
	for b.Loop() {
		body = appendUsers(body[:0], records)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/100, "ns/user")
}

func BenchmarkCheck(b *testing.B) {
	c, r := &Client{}, person("cust-1")
	b.ReportAllocs()
	for b.Loop() {
		if err := c.Check(r); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkApply creates 100 users, from records to outcomes, without a network.
func BenchmarkApply(b *testing.B) {
	c, err := New(Config{Organization: "org", REST: rest.Config{BaseURL: "https://kard.example", Transport: &stage.Fixed{Status: 201, Body: string(appendUsers(nil, people(100)))}, Auth: rest.Auth{Token: user.NewSecret("t")}}})
	if err != nil {
		b.Fatal(err)
	}
	batch := user.Batch{Op: user.Create, Records: people(100)}
	b.ReportAllocs()
	for b.Loop() {
		outcomes, err := c.Apply(context.Background(), batch)
		if err != nil || outcomes[99].Status != user.Created {
			b.Fatal(fmt.Sprint(outcomes, err))
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/100, "ns/user")
}
