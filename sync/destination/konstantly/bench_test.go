package konstantly

import (
	"context"
	"net/http/httptest"
	"strconv"
	"sync/atomic"
	"testing"

	"usersync/sync/destination/destinationtest/stage"
	"usersync/sync/sandbox"
	mock "usersync/sync/sandbox/konstantly"
	"usersync/sync/user"
)

func BenchmarkEncode(b *testing.B) {
	config := settings("https://konstantly.example")
	config.Schema = siteSchema
	c, err := New(config)
	if err != nil {
		b.Fatal(err)
	}
	for name, r := range map[string]*user.Record{"plain": person("E1"), "full": full(), "named": person("E1", attr("attributes.department", text("R&D")))} {
		b.Run(name, func(b *testing.B) {
			var body []byte
			b.ReportAllocs()
			for b.Loop() {
				body = c.appendNew(body[:0], r)
			}
		})
	}
}

// BenchmarkAnswer reads a user, and an error.
func BenchmarkAnswer(b *testing.B) {
	for name, body := range map[string]string{"user": e1, "error": string(invalid400[4:])} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := read([]byte(body)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCheck(b *testing.B) {
	c, err := New(settings("https://konstantly.example"))
	if err != nil {
		b.Fatal(err)
	}
	r := full()
	b.ReportAllocs()
	for b.Loop() {
		if err := c.Check(r); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkApply makes a call, from record to outcome, without a network.
func BenchmarkApply(b *testing.B) {
	for name, test := range map[string]struct {
		op     user.Op
		status int
		body   string
		want   user.Status
	}{
		"create": {user.Create, 201, e1, user.Created}, "update": {user.Update, 200, "", user.Updated}, "delete": {user.Delete, 200, "", user.Deleted},
	} {
		b.Run(name, func(b *testing.B) {
			config := settings("https://konstantly.example")
			config.REST.Transport = &stage.Fixed{Status: test.status, Body: test.body}
			c, err := New(config)
			if err != nil {
				b.Fatal(err)
			}
			batch := user.Batch{Op: test.op, Records: []*user.Record{person("E1")}}
			b.ReportAllocs()
			for b.Loop() {
				outcomes, err := c.Apply(context.Background(), batch)
				if err != nil || outcomes[0].Status != test.want {
					b.Fatal(outcomes, err)
				}
			}
		})
	}
}

// BenchmarkThroughput creates users in the sandbox over loopback, with a caller for
// each processor: client and server share the time.
func BenchmarkThroughput(b *testing.B) {
	server := httptest.NewServer(sandbox.New(sandbox.Options{API: mock.New(mock.Options{})}))
	defer server.Close()
	c, err := New(settings(server.URL))
	if err != nil {
		b.Fatal(err)
	}
	defer c.CloseIdle()
	var n atomic.Int64
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			r := person("E" + strconv.FormatInt(n.Add(1), 10))
			r.User.Attributes[1].Value = text(r.User.ID + "@mail.example")
			outcomes, err := c.Apply(context.Background(), user.Batch{Op: user.Create, Records: []*user.Record{r}})
			if err != nil || outcomes[0].Status != user.Created {
				b.Error(outcomes, err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "users/s")
}
