package ratelimit

import (
	"net/http"
	"time"

	"github.com/dunglas/httpsfv"
)

// setsPace is the longest time left for which the requests that remain set the pace. To
// spread a day's requests evenly would make a run of minutes last a day.
const setsPace = 60 * time.Second

// quota is what RateLimit or RateLimit-Policy says of one limit. Numbers that it does
// not say are negative.
type quota struct {
	name      string
	unit      string        // requests, unless it says otherwise
	requests  float64       // what a window grants
	window    time.Duration // how long a window is
	remaining float64       // requests left in this window
	left      time.Duration // time left of this window
}

// quotas reads one of the two fields (draft-ietf-httpapi-ratelimit-headers-10), and the
// forms of earlier drafts: "limit=100, remaining=50, reset=30" and "100;w=60". A field
// that is malformed is ignored as a whole, as that draft requires.
func quotas(h http.Header, field string) (all []quota) {
	lines := h.Values(field)
	if len(lines) == 0 {
		return nil
	}
	defer func() {
		if recover() != nil { // httpsfv 1.1.0 panics on a date that ends after its @
			all = nil
		}
	}()
	if d, err := httpsfv.UnmarshalDictionary(lines); err == nil {
		if _, ok := d.Get("remaining"); ok {
			return []quota{{
				unit: requestUnit, requests: memberNumber(d, "limit"), window: -1,
				remaining: memberNumber(d, "remaining"), left: span(memberNumber(d, "reset")),
			}}
		}
	}
	list, err := httpsfv.UnmarshalList(lines)
	if err != nil {
		return nil
	}
	for _, member := range list {
		if item, ok := member.(httpsfv.Item); ok {
			all = append(all, quotaOf(item))
		}
	}
	return all
}

const requestUnit = "requests"

func quotaOf(item httpsfv.Item) quota {
	q := quota{
		unit: requestUnit, requests: parameter(item, "q"), window: span(parameter(item, "w")),
		remaining: parameter(item, "r"), left: span(parameter(item, "t")),
	}
	switch v := item.Value.(type) {
	case string:
		q.name = v
	case httpsfv.Token:
		q.name = string(v)
	default:
		if q.requests < 0 {
			q.requests = sfNumber(v)
		}
	}
	switch unit, _ := item.Params.Get("qu"); u := unit.(type) {
	case string:
		q.unit = u
	case httpsfv.Token:
		q.unit = string(u)
	}
	return q
}

func parameter(item httpsfv.Item, name string) float64 {
	v, _ := item.Params.Get(name)
	return sfNumber(v)
}

func memberNumber(d *httpsfv.Dictionary, name string) float64 {
	member, _ := d.Get(name)
	item, _ := member.(httpsfv.Item)
	return sfNumber(item.Value)
}

// sfNumber returns an integer or a decimal; -1 for other values and for numbers below 0.
func sfNumber(v any) float64 {
	n := -1.0
	switch v := v.(type) {
	case int64:
		n = float64(v)
	case float64:
		n = v
	}
	return max(n, -1)
}

func span(n float64) time.Duration {
	if n < 0 {
		return -1
	}
	return seconds(n)
}

// limits is what both fields say about requests.
type limits struct {
	granted  float64       // the least rate, per second, that a policy with a short window grants; 0 if none does
	wait     time.Duration // until a quota with nothing left is full again
	pace     float64       // requests per second that use up what remains by the end of its window; 0 if nothing says so
	paceEnds time.Duration // how long pace holds
}

func readLimits(h http.Header) limits {
	var l limits
	units := map[string]string{}
	for _, q := range quotas(h, "Ratelimit-Policy") {
		units[q.name] = q.unit
		if rate := q.requests / q.window.Seconds(); q.unit == requestUnit && q.requests >= 1 && q.window > 0 && q.window <= setsPace && (l.granted == 0 || rate < l.granted) {
			l.granted = rate
		}
	}
	for _, q := range quotas(h, "Ratelimit") {
		if unit, named := units[q.name]; q.unit != requestUnit || named && unit != requestUnit || q.left <= 0 {
			continue
		}
		switch rate := q.remaining / q.left.Seconds(); {
		case q.remaining >= 0 && q.remaining < 1:
			l.wait = max(l.wait, q.left)
		case q.remaining >= 1 && q.left <= setsPace && (l.pace == 0 || rate < l.pace):
			l.pace, l.paceEnds = rate, q.left
		}
	}
	return l
}
