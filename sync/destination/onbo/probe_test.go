package onbo

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"usersync/sync/destination"
	"usersync/sync/destination/destinationtest/expect"
	"usersync/sync/user"
)

// TestProbe: Onbo answers no call that it cannot authenticate, so any answer proves the
// credentials, unless it rejects them.
func TestProbe(t *testing.T) {
	for _, test := range []struct {
		status int
		body   string
		fault  string // "" if the credentials are proved
	}{
		{200, `{"data":[],"pagination":{"total":0}}`, ""}, {200, `[]`, ""}, {200, ``, ""}, {204, ``, ""},
		{400, `{"message":"no"}`, ""}, {404, `{"message":"Not found"}`, ""}, {405, ``, ""}, {422, ``, ""}, {501, ``, ""},
		{401, ``, "denied"}, {302, ``, "denied"},
		{403, ``, "not taken"}, // it is signed again, once
		{500, ``, "perhaps taken"}, {502, ``, "perhaps taken"}, {503, ``, "not taken"}, {429, ``, "not taken"},
	} {
		err := answering(t, test.status, test.body).Probe(t.Context())
		fault := ""
		if ce := expect.CallError(t, err); ce != nil {
			fault = ce.Fault.String()
		}
		if fault != test.fault {
			t.Errorf("%d %s: %v", test.status, test.body, err)
		}
	}
}

// TestAWrongSecretLeavesNoOneInDoubt: where no call is answered, no user is sent.
func TestAWrongSecretLeavesNoOneInDoubt(t *testing.T) {
	for _, fault := range []string{"lost", "hang", "lost/read"} {
		synctest.Test(t, func(t *testing.T) {
			d, s, n := troubled(t, fault)
			ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
			defer stop()
			for _, r := range borrowers(3) {
				outcomes, err := d.Apply(ctx, user.Batch{Op: user.Create, Records: []*user.Record{r}})
				if err == nil || r.MaybeSent || n.held[r.User.ID] || len(outcomes) > 0 && outcomes[0].Status != user.Unsettled {
					t.Errorf("%s: record %d: %v, %v", fault, r.Origin.Record, outcomes, err)
				}
			}
			if st := s.State(); st.Created != 0 {
				t.Errorf("%s: %d created", fault, st.Created)
			}
		})
	}
}

var _ destination.Prober = (*Client)(nil)
