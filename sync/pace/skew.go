package pace

import "time"

// driftPerSecond is more than two clocks that are kept in time drift apart.
const driftPerSecond = 0.5e-3

// skew is how far the clock of a server is ahead of our monotonic clock. Each answer
// shows two bounds: the server read its clock after the question was sent and before the
// answer came. The bounds of quick answers stay good for later slow ones.
type skew struct {
	ours, servers time.Time // the origins of both clocks; zero until the first answer
	least, most   time.Duration
	answered      time.Time // when the bounds were true
}

// learn narrows the bounds by an answer. It reports whether one of the clocks has jumped
// or stood still since the last answer; then only this one counts.
func (s *skew) learn(sent, answered, server time.Time) (jumped bool) {
	if s.ours.IsZero() {
		s.ours, s.servers = sent, server
	}
	since := server.Sub(s.servers)
	least, most := since-answered.Sub(s.ours), since-sent.Sub(s.ours)
	if !s.answered.IsZero() {
		drift := time.Duration(driftPerSecond * float64(answered.Sub(s.answered)))
		narrow, wide := max(least, s.least-drift), min(most, s.most+drift)
		if jumped = narrow > wide; !jumped {
			least, most = narrow, wide
		}
	}
	s.least, s.most, s.answered = least, most, answered
	return jumped
}

// width is between how far the server's clock is ahead at least and at most.
func (s *skew) width() time.Duration { return s.most - s.least }

// toOurs returns a moment of the server's clock by ours: it is between first and last.
func (s *skew) toOurs(server time.Time) (first, last time.Time) {
	ahead := server.Sub(s.servers) - s.answered.Sub(s.ours)
	return s.answered.Add(ahead - s.most), s.answered.Add(ahead - s.least)
}
