package destinationtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"usersync/sync/destination"
	"usersync/sync/sandbox"
	"usersync/sync/user"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// defectVar tells a process that TestSuiteFindsDefects starts which defect its client
// has.
const defectVar = "DESTINATIONTEST_DEFECT"

// TestTiny runs the suite for a correct client of an API that assigns keys.
func TestTiny(t *testing.T) {
	Suite{
		Open: func(t testing.TB, at Address) Client {
			c, err := newTiny(at)
			if err != nil {
				t.Fatal(err)
			}
			return &defective{tiny: c, defect: os.Getenv(defectVar)}
		},
		Record: func(n, version int) *user.Record {
			return &user.Record{User: user.User{ID: fmt.Sprint("u-", n), Attributes: []user.Attribute{
				{Field: user.Email, Value: user.TextValue(fmt.Sprintf("frieda%d@mail.example", n))},
				{Field: user.Name, Value: user.TextValue(fmt.Sprintf("Frieda Mustermann %d-%d", n, version))},
			}}}
		},
		NewSandbox:    newTinySandbox,
		Credentials:   []string{"tiny-key-0815"},
		KeyInPath:     []user.Op{user.Update, user.Delete},
		KeyInFindPath: true,
		PerMinute:     30,
	}.Run(t)
}

func newTinySandbox(t testing.TB, faults ...string) Sandbox {
	faulty, err := sandbox.Options{API: tinyAPI{}, RequireAuth: true, Token: "tiny-key-0815"}.With(faults...)
	if err != nil {
		t.Fatal(err)
	}
	s := sandbox.New(faulty)
	return Sandbox{
		Handler:  s,
		Injected: s.Injected,
		Answers:  func() map[string]map[string]uint64 { return s.State().Answers },
		Look: func(r *user.Record) Look {
			email, _ := r.User.Value(user.Email)
			m := s.Lookup("email", email.Text)
			look := Look{Held: len(m.Keys), Created: int(m.Created)}
			for _, key := range m.Keys {
				u, _ := s.User(key)
				look.Data += strings.ReplaceAll(string(u.Attributes), key, "")
			}
			return look
		},
	}
}

// defective is a client with a defect.
type defective struct {
	*tiny
	defect string
}

// defects are what the suite must find, by the part of the suite that finds it first.
var defects = map[string]string{
	"claims more calls":        "traits",
	"claims bigger batches":    "traits",
	"claims to be blind":       "traits",
	"claims detectable":        "replay",
	"loses the key":            "traits",
	"forgets an outcome":       "traits",
	"answers 404 as deleted":   "order",
	"turns doubt into created": "statuses",
	"turns faults into doubt":  "statuses",
	"makes refused of faults":  "statuses",
	"drops Retry-After":        "statuses",
	"quotes the API":           "secrets",
	"sends an empty name":      "left_out",
	"forgets why it ended":     "cancel",
	"finds everyone":           "reads_of_statuses",
	"finds no difference":      "read-back",
	"retries by itself":        "faults",
}

func (s *defective) Traits() destination.Traits {
	traits := s.tiny.Traits()
	switch s.defect {
	case "claims more calls":
		traits.PerMinute = 60
	case "claims bigger batches":
		traits.Ops[user.Update] = destination.OpTraits{Max: 2, Replay: destination.Safe}
	case "claims to be blind":
		traits.Blind = true
	case "claims detectable":
		traits.Ops[user.Create] = destination.OpTraits{Max: 1, Replay: destination.Detectable}
	}
	return traits
}

func (s *defective) Apply(ctx context.Context, b user.Batch) ([]user.Outcome, error) {
	if s.defect == "sends an empty name" && b.Op != user.Delete && len(b.Records) == 1 {
		b = padded(b)
	}
	outcomes, err := s.tiny.Apply(ctx, b)
	var ce *destination.CallError
	if errors.As(err, &ce) {
		return s.misjudge(ctx, b, ce)
	}
	for i := range outcomes {
		s.misreport(b, &outcomes[i])
	}
	if s.defect == "forgets an outcome" {
		return nil, nil
	}
	return outcomes, err
}

// padded adds a value that the record does not have.
func padded(b user.Batch) user.Batch {
	r := *b.Records[0]
	if _, has := r.User.Value(user.Name); !has {
		r.User.Attributes = append(r.User.Attributes, user.Attribute{Field: user.Name, Value: user.TextValue("-")})
	}
	return b.Of([]*user.Record{&r})
}

func (s *defective) misjudge(ctx context.Context, b user.Batch, ce *destination.CallError) ([]user.Outcome, error) {
	switch {
	case s.defect == "turns faults into doubt" && len(b.Records) == 1:
		return []user.Outcome{{Status: user.InDoubt}}, nil
	case s.defect == "makes refused of faults":
		ce.Fault = destination.RefusedWhole
	case s.defect == "drops Retry-After":
		ce.After = 0
	case s.defect == "quotes the API":
		ce.Detail = "it says " + b.Records[0].User.Attributes[0].Value.Text
	case s.defect == "forgets why it ended" && ctx.Err() != nil:
		ce.Err = nil
	case s.defect == "retries by itself" && ce.Fault == destination.PerhapsTaken && ctx.Err() == nil:
		return s.tiny.Apply(ctx, b)
	}
	return nil, ce
}

func (s *defective) misreport(b user.Batch, o *user.Outcome) {
	switch {
	case s.defect == "loses the key":
		o.Remote = ""
	case s.defect == "answers 404 as deleted" && o.Status == user.Missing && b.Op == user.Delete:
		o.Status = user.Deleted
	case s.defect == "turns doubt into created" && o.Status == user.InDoubt && b.Op == user.Create:
		o.Status, o.Remote = user.Created, "someone"
	}
}

func (s *defective) Find(ctx context.Context, r *user.Record) (destination.Found, error) {
	found, err := s.tiny.Find(ctx, r)
	switch {
	case s.defect == "finds everyone" && err != nil:
		return destination.Found{Presence: destination.Same, Remote: r.Remote}, nil
	case s.defect == "finds no difference" && found.Presence == destination.Different:
		found.Presence, found.Differs = destination.Same, nil
	}
	return found, err
}

// TestSuiteFindsDefects runs this test binary again, once for each defect: the part of
// the suite that must find it must fail.
func TestSuiteFindsDefects(t *testing.T) {
	if os.Getenv(defectVar) != "" {
		t.Fatal("this test is not for the process that it starts")
	}
	for defect, part := range defects {
		t.Run(defect, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestTiny$/^"+part+"$")
			cmd.Env = append(os.Environ(), defectVar+"="+defect)
			output, err := cmd.CombinedOutput()
			if err == nil || !strings.Contains(string(output), "--- FAIL: TestTiny/"+part) {
				t.Errorf("%v\n%s", err, output)
			}
		})
	}
}
