package pace

import (
	"context"
	"fmt"
	"time"
)

const (
	// reserveTimeout is longer than a server needs that answers at all.
	reserveTimeout = 3 * time.Second
	// askAgain is the pause after a server has not answered.
	askAgain = 250 * time.Millisecond
)

// ask asks the server for as many moments as callers wait. The mutex is free in the meantime.
// The error says that the server has not answered for too long.
func (s *share) ask(ctx context.Context) error {
	s.asking = true
	defer func() {
		s.asking = false
		s.wake()
	}()
	a := s.question(s.waiting)
	sent := time.Now()
	s.mu.Unlock()
	answer, err := s.reserve(ctx, a)
	s.mu.Lock()
	if err != nil {
		if ctx.Err() != nil {
			s.news = a.News.and(s.news)
			return context.Cause(ctx)
		}
		return s.unanswered(a, err)
	}
	s.answered(sent, answer)
	return nil
}

// reserve asks the server, and adopts what it says. Call it without the mutex.
func (s *share) reserve(ctx context.Context, a Ask) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, reserveTimeout)
	defer cancel()
	answer, err := s.shared.Reserve(ctx, a)
	if err == nil || ctx.Err() != context.Canceled {
		s.adopt(answer, err)
	}
	return answer, err
}

// question is what to ask for n callers. It carries the news.
func (s *share) question(n int) Ask {
	a := s.limit
	a.Calls, a.News, a.Margin, a.Lost = n, s.news, s.margin.wide, a.Lost || !s.lostSince.IsZero()
	if s.news = (News{}); a.Lost {
		a.News = a.News.and(News{Pause: max(time.Until(s.known.pausedUntil), 0), Lowered: s.known.lowered})
	}
	return a
}

// unanswered keeps what was to be told, and says when to ask again.
func (s *share) unanswered(a Ask, err error) error {
	now := time.Now()
	s.news = a.News.and(s.news)
	if s.lostSince.IsZero() {
		s.lostSince = now
	}
	s.askAt = now.Add(askAgain)
	if lost := now.Sub(s.lostSince); lost >= s.giveUp {
		return fmt.Errorf("%w for %s: %v", ErrNoLimit, lost.Round(time.Second), err)
	}
	return nil
}

// answered keeps the moments of an answer. After a clock has jumped, these moments could
// meet earlier ones: none of either is used, and the next question says so.
func (s *share) answered(sent time.Time, a Answer) {
	now := time.Now()
	s.lostSince, s.limit.Lost = time.Time{}, false
	if s.known = (known{pausedUntil: now.Add(a.Pause)}); a.PerSecond < s.limit.PerSecond {
		s.known.lowered = a.PerSecond
	}
	if s.skew.learn(sent, now, a.Now) {
		s.moments, s.limit.Lost, s.askAt = nil, true, now
		return
	}
	for _, at := range a.At {
		first, last := s.skew.toOurs(at)
		s.moments = append(s.moments, moment{last, first.Add(usable(a.Grace))})
	}
	s.margin.see(s.skew.width(), a.Grace)
	s.askAt = now.Add(s.pause(a))
}

// usable is the part of a grace in which a call may start: the rest is for its way to the API.
func usable(grace time.Duration) time.Duration { return grace * 2 / 3 }

// pause is how long to wait before asking again. The longer the line, the more callers
// are asked for together: their calls start no later for it.
func (s *share) pause(a Answer) time.Duration {
	line := a.Next.Sub(a.Now)
	return max(line/2, line-Ahead, 0)
}

// tell adds news to what the next question carries.
func (s *share) tell(n News) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.news = s.news.and(n)
}

// tellNow passes urgent news on, unless the next question does. It waits for the server,
// but no longer than for any question.
func (s *share) tellNow(ctx context.Context) {
	s.mu.Lock()
	if !s.news.urgent() {
		s.mu.Unlock()
		return
	}
	a := s.question(0)
	s.mu.Unlock()
	if _, err := s.reserve(context.WithoutCancel(ctx), a); err != nil {
		s.tell(a.News)
	}
}
