package ratelimit

import (
	"net/http"
	"testing"
	"time"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestReadAdvice(t *testing.T) {
	const (
		date  = "Sun, 01 Mar 2026 12:00:30 GMT"
		epoch = "1772366420" // noon and 20 s
	)
	for name, c := range map[string]struct {
		status int
		header []string
		wait   time.Duration
		source string
	}{
		"Retry-After in seconds":               {429, []string{"Retry-After", "12"}, 12 * time.Second, "Retry-After"},
		"Retry-After in spaces":                {503, []string{"Retry-After", " 12 "}, 12 * time.Second, "Retry-After"},
		"Retry-After as a date":                {429, []string{"Retry-After", date}, 30 * time.Second, "Retry-After"},
		"Retry-After by the server's clock":    {429, []string{"Retry-After", date, "Date", "Sun, 01 Mar 2026 12:00:20 GMT"}, 10 * time.Second, "Retry-After"},
		"Retry-After in the past":              {429, []string{"Retry-After", "Sun, 01 Mar 2026 11:00:00 GMT"}, 0, ""},
		"Retry-After of a success":             {202, []string{"Retry-After", "12"}, 0, ""},
		"Retry-After wins over others":         {429, []string{"Retry-After", "2", "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "50"}, 2 * time.Second, "Retry-After"},
		"Retry-After malformed: the next one":  {429, []string{"Retry-After", "soon", "X-RateLimit-Reset", "50"}, 50 * time.Second, "X-Ratelimit-Reset"},
		"Retry-After negative":                 {429, []string{"Retry-After", "-5"}, 0, ""},
		"Retry-After not a number":             {429, []string{"Retry-After", "NaN"}, 0, ""},
		"Retry-After infinite":                 {429, []string{"Retry-After", "Inf"}, 0, ""},
		"Kard: nothing remains":                {200, []string{"Kard-Api-Usage-Quota-Remaining", "0", "Kard-Api-Usage-Quota-Reset", "41"}, 41 * time.Second, "Kard-Api-Usage-Quota-Reset"},
		"Kard: some remains":                   {200, []string{"Kard-Api-Usage-Quota-Remaining", "750", "Kard-Api-Usage-Quota-Reset", "0"}, 0, ""},
		"Kard: some remains, whatever reset":   {429, []string{"Kard-Api-Usage-Quota-Remaining", "750", "Kard-Api-Usage-Quota-Reset", "9"}, 0, ""},
		"Kard: reset alone with a 429":         {429, []string{"Kard-Api-Usage-Quota-Reset", "41"}, 41 * time.Second, "Kard-Api-Usage-Quota-Reset"},
		"Kard: reset alone with a success":     {200, []string{"Kard-Api-Usage-Quota-Reset", "41"}, 0, ""},
		"X-RateLimit: an epoch":                {200, []string{"X-RateLimit-Remaining", "0", "X-RateLimit-Reset", epoch}, 20 * time.Second, "X-Ratelimit-Reset"},
		"X-RateLimit: an epoch in ms":          {200, []string{"X-RateLimit-Remaining", "0", "X-RateLimit-Reset", epoch + "500"}, 20*time.Second + 500*time.Millisecond, "X-Ratelimit-Reset"},
		"X-RateLimit: an epoch in the past":    {200, []string{"X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "1538152444"}, 0, ""},
		"X-RateLimit: seconds":                 {200, []string{"X-RateLimit-Remaining", "0", "X-RateLimit-Reset", "9"}, 9 * time.Second, "X-Ratelimit-Reset"},
		"RateLimit-Reset of an older draft":    {200, []string{"RateLimit-Remaining", "0", "RateLimit-Reset", "9"}, 9 * time.Second, "Ratelimit-Reset"},
		"RateLimit: nothing remains":           {200, []string{"RateLimit", `"default";r=0;t=30`}, 30 * time.Second, "RateLimit"},
		"RateLimit: some remains":              {200, []string{"RateLimit", "default;r=50;t=30"}, 0, ""},
		"RateLimit: the longest of those used": {200, []string{"RateLimit", "a;r=0;t=3, b;r=0;t=5, c;r=1;t=60"}, 5 * time.Second, "RateLimit"},
		"RateLimit: on several lines":          {200, []string{"RateLimit", "a;r=9;t=3", "RateLimit", "b;r=0;t=5"}, 5 * time.Second, "RateLimit"},
		"RateLimit: malformed":                 {429, []string{"RateLimit", ";;=,r=0;t=,a;r=0;t=x"}, 0, ""},
		"the longest of all styles":            {429, []string{"X-RateLimit-Reset", "9", "RateLimit", "a;r=0;t=11"}, 11 * time.Second, "RateLimit"},
		"nothing":                              {429, nil, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			h := http.Header{}
			for i := 0; i < len(c.header); i += 2 {
				h.Add(c.header[i], c.header[i+1])
			}
			if got := Read(c.status, h, noon); got.Wait != c.wait || got.Source != c.source {
				t.Errorf("wait %s for %q, want %s for %q", got.Wait, got.Source, c.wait, c.source)
			}
		})
	}
}
