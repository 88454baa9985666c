package onbo

import (
	"context"
	"net/http"
	"runtime"
	"testing"

	"usersync/sync/destination/destinationtest/stage"
	"usersync/sync/sandbox"
	mock "usersync/sync/sandbox/onbo"
	"usersync/sync/user"
)

func benching(b *testing.B, status int, body string) *Client {
	config := settings("https://onbo.example/v1")
	config.REST.Transport = &stage.Fixed{Status: status, Body: body}
	c, err := New(config)
	if err != nil {
		b.Fatal(err)
	}
	return c
}

// BenchmarkEncode makes the body of a create: forms, encryption and JSON.
func BenchmarkEncode(b *testing.B) {
	c, r := benching(b, 201, ""), person("1")
	var body []byte
	b.ReportAllocs()
	for b.Loop() {
		d, err := c.draft(user.Create, c.sent(r))
		if err != nil {
			b.Fatal(err)
		}
		body = d.append(body[:0])
	}
}

func BenchmarkSign(b *testing.B) {
	r, err := http.NewRequest("POST", vectorURL, nil)
	if err != nil {
		b.Fatal(err)
	}
	s := signer{id: "client-1", key: []byte(secretKey), now: noon}
	b.ReportAllocs()
	for b.Loop() {
		s.sign(r, []byte(vectorBody))
	}
}

func BenchmarkAnswer(b *testing.B) {
	body := []byte(shownUser)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		a, err := read(body)
		if err != nil || a.key() != uuid || a.errorText() != "" {
			b.Fatal(a.key(), err)
		}
	}
}

func BenchmarkCheck(b *testing.B) {
	c, r := benching(b, 201, ""), person("1")
	b.ReportAllocs()
	for b.Loop() {
		if err := c.Check(r); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkApply creates a user, from record to outcome, without a network.
func BenchmarkApply(b *testing.B) {
	c := benching(b, 201, shownUser)
	batch := user.Batch{Op: user.Create, Records: []*user.Record{person("1")}}
	b.ReportAllocs()
	for b.Loop() {
		outcomes, err := c.Apply(context.Background(), batch)
		if err != nil || outcomes[0].Status != user.Created {
			b.Fatal(outcomes, err)
		}
	}
}

// BenchmarkSandbox creates users in the sandbox over HTTP, with sixteen concurrent
// calls on each core.
func BenchmarkSandbox(b *testing.B) {
	s, err := sandbox.Start(sandbox.Options{API: mock.API{}, RequireAuth: true}, ":0")
	if err != nil {
		b.Fatal(err)
	}
	config := settings(s.URL() + "/v1")
	config.Now, config.REST.MaxConns = nil, 16*runtime.GOMAXPROCS(0)
	c, err := New(config)
	if err != nil {
		b.Fatal(err)
	}
	b.SetParallelism(16)
	b.ReportAllocs()
	b.RunParallel(func(p *testing.PB) {
		batch := user.Batch{Op: user.Create, Records: []*user.Record{person("1")}}
		for p.Next() {
			outcomes, err := c.Apply(context.Background(), batch)
			if err != nil || outcomes[0].Status != user.Created {
				b.Error(outcomes, err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "users/s")
	c.CloseIdle()
	if err := s.Close(context.Background()); err != nil {
		b.Fatal(err)
	}
}
