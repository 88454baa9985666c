package metrics

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/push"
	dto "github.com/prometheus/client_model/go"
)

// The groups at a Pushgateway. That of the last success is apart, because a run replaces
// everything in its group, also what it has no metric for.
const (
	runGroup     = "usersync"
	successGroup = "usersync_success"
)

// Push sends the metrics of a run to a Pushgateway, in groups of its own for each job and
// destination. No error shows the password in the address.
func Push(ctx context.Context, address string, r Run) error {
	u, err := url.Parse(address)
	if err != nil {
		return errors.New("push metrics: the address is not a URL")
	}
	err = pusher(u, runGroup, r, func(name string) bool { return name != lastSuccess }).PushContext(ctx)
	if err == nil && r.Succeeded() {
		err = pusher(u, successGroup, r, func(name string) bool { return name == lastSuccess }).PushContext(ctx)
	}
	if err != nil {
		return fmt.Errorf("push metrics: %w", err)
	}
	return nil
}

// pusher pushes the metrics whose name is wanted.
func pusher(to *url.URL, group string, r Run, wanted func(string) bool) *push.Pusher {
	bare := *to
	bare.User = nil
	client := &http.Client{Transport: silent{http.DefaultTransport}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	p := push.New(bare.String(), group).Client(client).Gatherer(some{registry(r), wanted}).Grouping("name", r.Name).Grouping("destination", r.Destination)
	if password, ok := to.User.Password(); ok {
		p = p.BasicAuth(to.User.Username(), password)
	}
	return p
}

// silent drops what a server says: the library shows it, and it may repeat what it was sent.
type silent struct{ http.RoundTripper }

// RoundTrip returns the answer without its body.
func (s silent) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := s.RoundTripper.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	err = answer.Body.Close()
	answer.Body = http.NoBody
	return answer, err
}

// some gathers the metrics that are wanted, without the labels that a Pushgateway adds from
// the group.
type some struct {
	prometheus.Gatherer
	wanted func(name string) bool
}

// Gather returns them.
func (s some) Gather() ([]*dto.MetricFamily, error) {
	families, err := s.Gatherer.Gather()
	families = slices.DeleteFunc(families, func(f *dto.MetricFamily) bool { return !s.wanted(f.GetName()) })
	for _, f := range families {
		for _, m := range f.Metric {
			m.Label = slices.DeleteFunc(m.Label, func(l *dto.LabelPair) bool { return l.GetName() == "name" || l.GetName() == "destination" })
		}
	}
	return families, err
}
