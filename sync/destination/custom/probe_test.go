package custom

import (
	"net/http"
	"testing"

	"usersync/sync/destination/destinationtest/expect"
)

// TestProbe: a described call proves the credentials before anyone is sent.
func TestProbe(t *testing.T) {
	const described = "account: acme\nprobe: {path: \"/accounts/{account}\", query: {limit: \"1\"}}\ncreate: {path: /u, body: {email: {email}}}"
	for status, fault := range map[int]string{200: "", 204: "", 400: "", 405: "", 401: "denied", 403: "denied", 404: "denied", 302: "denied", 500: "perhaps taken", 503: "not taken"} {
		c := answering(t, described, status, "")
		if !c.Traits().Probe {
			t.Fatal("a probe is described, and the traits do not say so")
		}
		got := ""
		if ce := expect.CallError(t, c.Probe(t.Context())); ce != nil {
			got = ce.Fault.String()
		}
		if got != fault {
			t.Errorf("%d: %q, want %q", status, got, fault)
		}
	}
	c := answering(t, "create: {path: /u, body: {email: {email}}}", http.StatusInternalServerError, "")
	if err := c.Probe(t.Context()); err != nil || c.Traits().Probe {
		t.Errorf("no probe is described: %v", err)
	}
}
