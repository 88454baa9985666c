package connect

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/destination/rest"
	"usersync/sync/destination/scim"
)

// Settings can only limit what a server says it can do, except to turn Bulk on.
func TestSCIMFeatures(t *testing.T) {
	all := scim.Features{Bulk: true, MaxOperations: 100, MaxPayload: 1000, Patch: true}
	none := scim.Features{MaxOperations: 1}
	for name, test := range map[string]struct {
		settings scimSection
		said     scim.Features
		want     scim.Features
	}{
		"as it says":            {scimSection{bulk: "auto"}, all, all},
		"fewer":                 {scimSection{bulk: "auto", maxOperations: 7, maxPayload: 500}, all, scim.Features{Bulk: true, MaxOperations: 7, MaxPayload: 500, Patch: true}},
		"not more":              {scimSection{bulk: "auto", maxOperations: 700, maxPayload: 5000}, all, all},
		"off":                   {scimSection{bulk: "off"}, all, scim.Features{MaxOperations: 100, MaxPayload: 1000, Patch: true}},
		"on, where it says no":  {scimSection{bulk: "on", maxOperations: 50, maxPayload: 9}, none, scim.Features{Bulk: true, MaxOperations: 50, MaxPayload: 9}},
		"auto, where it is not": {scimSection{bulk: "auto", maxOperations: 50}, none, none},
	} {
		if got := (&test.settings).limit(test.said); got != test.want {
			t.Errorf("%s: %+v, want %+v", name, got, test.want)
		}
	}
}

// busyAtFirst answers 503 to the first requests.
type busyAtFirst struct{ left, asked int }

func (b *busyAtFirst) RoundTrip(r *http.Request) (*http.Response, error) {
	b.asked++
	status := http.StatusOK
	if b.left--; b.left >= 0 {
		status = http.StatusServiceUnavailable
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(`{"patch":{"supported":true}}`)), Request: r}, nil
}

// A server that is busy when it is asked what it can do is asked again, as often as
// any call is retried.
func TestSCIMFeaturesAreAskedAgain(t *testing.T) {
	for _, test := range []struct {
		settings       scimSection
		busy, asked    int
		offline, fails bool
	}{
		{scimSection{bulk: "auto", update: "auto"}, 0, 1, false, false},
		{scimSection{bulk: "auto", update: "put"}, 2, 3, false, false},
		{scimSection{bulk: "off", update: "auto"}, 9, 3, false, true},
		{scimSection{bulk: "off", update: "put"}, 9, 0, false, false},
		{scimSection{bulk: "upload", update: "auto"}, 9, 0, false, false},
		{scimSection{bulk: "auto", update: "auto"}, 9, 0, true, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			api := &busyAtFirst{left: test.busy}
			c := &config.Config{Pace: config.Pace{Retries: 2, MaxWait: time.Minute}, Target: config.Target{Offline: test.offline}}
			found, err := test.settings.features(t.Context(), c, rest.Config{BaseURL: "https://scim.example", Transport: api})
			if (err != nil) != test.fails || api.asked != test.asked || found.Patch != (test.asked > 0 && !test.fails) {
				t.Errorf("%+v, busy %d times: asked %d times, %+v, %v", test.settings, test.busy, api.asked, found, err)
			}
		})
	}
}

// A server that has not said yet what it can do when a signal comes has shown no setting to be
// wrong.
func TestSCIMFeaturesAreInterrupted(t *testing.T) {
	ended, end := context.WithCancelCause(t.Context())
	end(exit.SignalError{Signal: syscall.SIGTERM})
	for ctx, misuse := range map[context.Context]bool{ended: false, t.Context(): true} {
		err := openError(ctx, &config.Config{}, exit.SignalError{Signal: syscall.SIGTERM})
		if _, told := errors.AsType[*exit.Error](err); told != misuse || !errors.As(err, new(exit.SignalError)) {
			t.Errorf("told as a wrong setting: %t, want %t: %v", told, misuse, err)
		}
	}
}
