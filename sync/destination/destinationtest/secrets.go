package destinationtest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"usersync/sync/destination"
	"usersync/sync/destination/destinationtest/expect"
	"usersync/sync/destination/destinationtest/stage"
	"usersync/sync/user"
)

// secrets plays an API that repeats everything it was sent, in many forms. None of it
// may leave the client, which the suite checks for every answer.
func secrets(s Suite, t *testing.T) {
	facts := s.facts(t)
	for _, op := range opsOf(facts) {
		bubble(t, string(op), func(t *testing.T) {
			sc := s.open(t)
			b := sc.ready(op, sc.batchSize(op))
			for _, status := range []int{200, 201, 207, 302, 400, 401, 403, 404, 409, 422, 429, 500, 503, 413} {
				for _, form := range parrots {
					sc.stage.Playing(parrot(status, form, b.Records))
					sc.apply(t.Context(), b)
				}
			}
			if sent := sc.stage.Calls(); len(sent) < len(parrots) {
				t.Errorf("%d calls were sent", len(sent))
			}
		})
	}
	if facts.Blind {
		return
	}
	bubble(t, "find", func(t *testing.T) { secretsFound(s.open(t)) })
	bubble(t, "check", func(t *testing.T) { secretsChecked(s.open(t)) })
}

// secretsFound plays answers to the look-up of a user.
func secretsFound(sc *scene) {
	b := sc.ready(user.Update, 1)
	for _, form := range parrots {
		for _, status := range []int{200, 302, 400, 401, 403, 404, 429, 500} {
			sc.stage.Playing(parrot(status, form, b.Records))
			if found, ce := sc.look(b.Records[0]); ce == nil {
				sc.contract.hidden("Differs", b.Records, fmt.Sprint(found.Differs))
			}
		}
	}
}

// secretsChecked checks users with values that no API takes.
func secretsChecked(sc *scene) {
	for _, without := range withoutEach(sc.Record(0, 0)) {
		checkHidesValues(sc, without.record)
	}
	r := sc.Record(0, 0)
	for i, a := range r.User.Attributes {
		r.User.Attributes[i].Value = user.TextValue("\x01" + a.Value.Text + "\xff")
		checkHidesValues(sc, r)
		r.User.Attributes[i] = a
	}
}

// checkHidesValues checks that the errors of Check show no values.
func checkHidesValues(sc *scene, r *user.Record) {
	sc.t.Helper()
	for _, op := range append(sc.ops(), user.Upsert) {
		if r.Op = op; true {
			if err := sc.client.Check(r); err != nil {
				sc.contract.hidden("what Check says", []*user.Record{r}, err.Error())
			}
		}
	}
}

// parrots are the forms in which an API may repeat a text; %s is a JSON string.
var parrots = []string{
	`%s`,
	`{"message":%s}`,
	`{"error":%s,"error_description":%[1]s}`,
	`{"status":400,"message":%s,"errors":{"email":[%[1]s],"id":%[1]s}}`,
	`{"errors":[{"status":"400","title":%s,"detail":%[1]s,"code":%[1]s}]}`,
	`{"errors":[{"status":"409","title":"Conflict","detail":%s}],"data":[]}`,
	`{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"409","scimType":%s,"detail":%[1]s}`,
	`[{"success":false,"errors":[{"statusCode":%s,"message":%[1]s,"fields":[%[1]s]}]}]`,
}

// parrot repeats the body, the credentials and the users' values.
func parrot(status int, form string, records []*user.Record) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		signed := credentials(r.Header)
		parts := []string{signed}
		for _, record := range records {
			for _, value := range expect.Values(record) {
				parts = append(parts, value)
			}
		}
		slices.Sort(parts[1:])
		text := strings.Join(parts, " is not ") + " " + string(body)
		w.Header().Set("Location", "https://elsewhere.example/?q="+quoted(strings.Join(parts[1:], " or ")))
		w.Header().Set("X-Request-Id", signed)
		w.Header().Set("X-Correlation-Id", "<"+parts[len(parts)-1]+">")
		w.Header().Set("Www-Authenticate", "Bearer realm="+quoted(signed))
		w.WriteHeader(status)
		if form == parrots[0] {
			io.WriteString(w, text)
		} else {
			fmt.Fprintf(w, form, quoted(text[:min(len(text), 3000)]))
		}
	}
}

func credentials(h http.Header) string {
	var list []string
	for name, v := range h {
		switch name {
		case "Accept", "Accept-Encoding", "Content-Type", "Content-Length", "User-Agent", "Connection", "Host":
		default:
			list = append(list, strings.Join(v, " "))
		}
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}

// connections checks that one connection is enough for consecutive calls, whatever the
// answer: bodies are read to their end.
func connections(s Suite, t *testing.T) {
	facts := s.facts(t)
	for _, op := range opsOf(facts) {
		bubble(t, string(op), func(t *testing.T) {
			sc := s.open(t)
			b := sc.ready(op, sc.batchSize(op))
			reused(sc, func() { sc.apply(t.Context(), b) })
		})
	}
	if !facts.Blind {
		bubble(t, "find", func(t *testing.T) {
			sc := s.open(t)
			r := sc.ready(user.Update, 1).Records[0]
			reused(sc, func() { _, _ = sc.client.(destination.Finder).Find(t.Context(), r) })
		})
	}
}

func reused(sc *scene, do func()) {
	sc.t.Helper()
	sc.stage.Calls()
	_, before := sc.stage.Count()
	for _, status := range []int{200, 201, 202, 204, 207, 302, 400, 401, 403, 404, 409, 422, 429, 500, 503, 413} {
		for _, body := range []string{"", "{}", page, strings.Repeat(`{"message":"no"}`, 20_000)} {
			sc.stage.Playing(stage.Answering(status, body, "Retry-After", "1"))
			do()
		}
	}
	calls, conns := sc.stage.Count()
	if conns -= before; conns > 1 || calls < 16 {
		sc.t.Errorf("%d calls took %d new connections", calls, conns)
	}
}

// quoted is text inside JSON.
func quoted(text string) string {
	b, err := json.Marshal(text)
	if err != nil {
		return fmt.Sprintf("%q", text)
	}
	return string(b)
}
