package answer

import (
	"net/http"
	"strconv"

	"usersync/sync/user"
)

// reportLimits tells the pace if entries of the answer say that the API is busy, and
// for how long.
func (s *settlement) reportLimits() {
	longest, busy := "", false
	for _, notes := range s.notes {
		for _, n := range notes {
			if s.statusFor(n.means) != user.Busy {
				continue
			}
			busy = busy || n.status == http.StatusTooManyRequests || n.after != ""
			if seconds(n.after) >= seconds(longest) {
				longest = n.after
			}
		}
	}
	if busy {
		h := http.Header{}
		if longest != "" {
			h.Set("Retry-After", longest)
		}
		s.api.Observe(http.StatusTooManyRequests, h)
	}
}

func seconds(text string) float64 {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0
	}
	return n
}
