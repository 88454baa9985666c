package quantity

import (
	"errors"
	"strings"
	"time"
)

// Clock is a time of day, such as 05:00. The zero value is none.
type Clock struct {
	text string
	of   time.Time      // its hour, minute and second
	zone *time.Location // nil is local time
}

// ParseClock parses a time of day such as 05:00 or 05:00:30, with the name of a time zone after a space
// unless it is local time. none is the zero Clock.
func ParseClock(text string) (Clock, error) {
	if text == "none" {
		return Clock{}, nil
	}
	hours, name, zoned := strings.Cut(text, " ")
	c := Clock{text: text}
	var err error
	if c.of, err = time.Parse("15:04", hours); err != nil {
		c.of, err = time.Parse("15:04:05", hours)
	}
	if err != nil || len(hours) < len("15:04") {
		return Clock{}, errors.New("must be a time of day such as 05:00 or 05:00 Europe/Berlin, or none")
	}
	if zoned {
		c.zone, err = time.LoadLocation(strings.TrimSpace(name))
	}
	if err != nil || zoned && strings.TrimSpace(name) == "" {
		return Clock{}, errors.New("must name a time zone that this system knows, such as Europe/Berlin or UTC; images and packages of usersync know them all")
	}
	return c, nil
}

// Given reports whether it is a time.
func (c Clock) Given() bool { return c.text != "" }

// String returns the time as typed.
func (c Clock) String() string { return c.text }

// passedFor is how long a time of day counts as passed. After that, it is the one of the next day
// that is meant. A job that starts again after a failure does so within minutes, and nights are
// shorter than 18 hours.
const passedFor = 6 * time.Hour

// Next returns the time that is meant at now: the last one if it is less than six hours ago,
// and passed is true; otherwise the next one.
func (c Clock) Next(now time.Time) (at time.Time, passed bool) {
	zone := c.zone
	if zone == nil {
		zone = time.Local
	}
	y, m, d := now.In(zone).Date()
	on := func(days int) time.Time {
		return time.Date(y, m, d+days, c.of.Hour(), c.of.Minute(), c.of.Second(), 0, zone)
	}
	last := on(0)
	if last.After(now) {
		last = on(-1)
	}
	if now.Sub(last) < passedFor {
		return last, true
	}
	if today := on(0); today.After(now) {
		return today, false
	}
	return on(1), false
}
