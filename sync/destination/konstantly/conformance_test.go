package konstantly

import (
	"fmt"
	"testing"

	"usersync/sync/destination/destinationtest"
	"usersync/sync/destination/rest"
	"usersync/sync/sandbox"
	mock "usersync/sync/sandbox/konstantly"
	"usersync/sync/user"
)

const siteKey = "konstantly-key-4711"

// TestConformance runs the suite for both readings of what is not documented: how a
// taken e-mail is refused, and how a PATCH is answered.
func TestConformance(t *testing.T) {
	for name, o := range map[string]mock.Options{"400 and silence": {}, "409 and the user": {Taken: 409, Shows: true}} {
		t.Run(name, func(t *testing.T) { suite(o).Run(t) })
	}
}

func suite(o mock.Options) destinationtest.Suite {
	return destinationtest.Suite{
		Open: func(t testing.TB, at destinationtest.Address) destinationtest.Client {
			c, err := New(Config{Key: user.NewSecret(siteKey), Password: Always, REST: rest.Config{
				BaseURL: at.URL + "/openapi/v1", DialContext: at.Dial, Timeout: at.Timeout, Proxy: "none",
			}})
			if err != nil {
				t.Fatal(err)
			}
			return c
		},
		Record:        learner,
		NewSandbox:    func(t testing.TB, faults ...string) destinationtest.Sandbox { return newSandbox(t, o, faults...) },
		Credentials:   []string{siteKey},
		KeyInPath:     []user.Op{user.Update, user.Delete},
		KeyInFindPath: true,
		EmptySuccess:  []user.Op{user.Update, user.Delete},
		Shared:        []user.Field{user.Courses, user.Groups, user.DeadlineAt}, // not in updates
		PerMinute:     100,
	}
}

// learner has every field. The version appears in what both calls send.
func learner(n, version int) *user.Record {
	id := fmt.Sprintf("L%06d", 200000+n)
	r := &user.Record{User: user.User{ID: id, Attributes: []user.Attribute{
		attr(user.Name, text(fmt.Sprintf("Frieda Mustermann-%c%c", 'a'+n%26, 'a'+n/26%26))),
		attr(user.Email, text(fmt.Sprintf("frieda.%c%c@mail.example", 'a'+n%26, 'a'+n/26%26))),
		attr(user.Role, text("learner")), attr(user.Bio, text("I sell and teach")), attr(user.Occupation, text([]string{"Associate", "Manager"}[version])),
		attr(user.Location, text("London")), attr(user.Timezone, text("Europe/London")), attr(user.FromAPI, text("true")),
		attr(user.Courses, text("11011;15015")), attr(user.Groups, text("20202")), attr(user.DeadlineAt, text("1767225600")),
		attr("attributes.department", user.JSONValue("12")), attr("attributes.employee_id", text("A-4711")),
	}, Secrets: []user.SecretAttribute{{Field: user.Password, Value: user.NewSecret("Tr0ub4dor&3x")}}}}
	return r
}

func newSandbox(t testing.TB, api mock.Options, faults ...string) destinationtest.Sandbox {
	faulty, err := sandbox.Options{API: mock.New(api), RequireAuth: true, Token: siteKey, Seed: 7}.With(faults...)
	if err != nil {
		t.Fatal(err)
	}
	s := sandbox.New(faulty)
	return destinationtest.Sandbox{
		Handler:  s,
		Injected: s.Injected,
		Answers:  func() map[string]map[string]uint64 { return s.State().Answers },
		Look: func(r *user.Record) destinationtest.Look {
			u, _ := s.User(r.User.ID)
			return destinationtest.Looked(u.Held, u.Created, u.Attributes)
		},
	}
}
