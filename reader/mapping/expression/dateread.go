package expression

import (
	"strings"
	"time"
)

// read reads text in the form. Two digits of a year are of the hundred years up to latest.
func (f dateForm) read(text string, latest int) (time.Time, bool) {
	if f.excel != 0 {
		return f.serial(text)
	}
	r := dateReader{rest: text, latest: latest, year: 2000, month: 1, day: 1}
	for i, p := range f.pieces {
		if !r.piece(p) {
			return time.Time{}, false
		}
		if p.part == second && (i+2 >= len(f.pieces) || f.pieces[i+2].part != fraction) {
			r.skipFraction()
		}
	}
	return r.time()
}

// dateReader holds what was read of a date so far.
type dateReader struct {
	rest                       string
	latest                     int
	year, month, day           int
	hour, minute, second, nano int
	afternoon, twelve          bool
	zone                       *time.Location
}

func (r *dateReader) piece(p piece) (ok bool) {
	switch p.part {
	case literal:
		r.rest, ok = strings.CutPrefix(r.rest, p.text)
	case year:
		ok = r.number(&r.year, p.text)
		if len(p.text) == 2 && ok {
			r.year += r.latest - r.latest%100
			if r.year > r.latest {
				r.year -= 100
			}
		}
	case month:
		if p.isName() {
			return r.monthName(len(p.text) == 4)
		}
		ok = r.number(&r.month, p.text)
	case day:
		ok = r.number(&r.day, p.text)
	case hour:
		r.twelve = p.text[0] == 'h'
		ok = r.number(&r.hour, p.text)
	case minute:
		ok = r.number(&r.minute, p.text)
	case second:
		ok = r.number(&r.second, p.text)
	case fraction:
		ok = r.fraction()
	case half:
		ok = r.half()
	case offset:
		ok = r.offset()
	}
	return ok
}

// number reads as many digits as the token has letters; one letter takes one or two.
func (r *dateReader) number(to *int, token string) bool {
	most := max(len(token), 2)
	n, used := 0, 0
	for used < most && used < len(r.rest) && '0' <= r.rest[used] && r.rest[used] <= '9' {
		n, used = n*10+int(r.rest[used]-'0'), used+1
	}
	if used < len(token) {
		return false
	}
	*to, r.rest = n, r.rest[used:]
	return true
}

func (r *dateReader) monthName(whole bool) bool {
	for m := time.January; m <= time.December; m++ {
		name := m.String()
		if !whole {
			name = name[:3]
		}
		if len(r.rest) >= len(name) && strings.EqualFold(r.rest[:len(name)], name) {
			r.month, r.rest = int(m), r.rest[len(name):]
			return true
		}
	}
	return false
}

// fraction reads one to nine digits of a second.
func (r *dateReader) fraction() bool {
	used, scale := 0, 100_000_000
	for r.nano = 0; used < len(r.rest) && '0' <= r.rest[used] && r.rest[used] <= '9'; used++ {
		r.nano += int(r.rest[used]-'0') * scale
		scale /= 10
	}
	r.rest = r.rest[used:]
	return used > 0 && used <= 9
}

// skipFraction reads a fraction that the form does not name.
func (r *dateReader) skipFraction() {
	if len(r.rest) > 1 && (r.rest[0] == '.' || r.rest[0] == ',') && '0' <= r.rest[1] && r.rest[1] <= '9' {
		r.rest = r.rest[1:]
		r.fraction()
	}
}

func (r *dateReader) half() bool {
	if len(r.rest) < 2 {
		return false
	}
	text := r.rest[:2]
	r.afternoon, r.rest = strings.EqualFold(text, "PM"), r.rest[2:]
	return r.afternoon || strings.EqualFold(text, "AM")
}

// offset reads Z, +01, +0100 or +01:00.
func (r *dateReader) offset() bool {
	if rest, ok := strings.CutPrefix(strings.ToUpper(r.rest[:min(1, len(r.rest))]), "Z"); ok {
		r.zone, r.rest = time.UTC, rest+r.rest[1:]
		return true
	}
	if r.rest == "" || r.rest[0] != '+' && r.rest[0] != '-' {
		return false
	}
	sign, hours, minutes := 1, 0, 0
	if r.rest[0] == '-' {
		sign = -1
	}
	r.rest = r.rest[1:]
	if !r.number(&hours, "HH") || hours > 23 {
		return false
	}
	after, _ := strings.CutPrefix(r.rest, ":")
	if after != r.rest || after != "" && '0' <= after[0] && after[0] <= '9' {
		r.rest = after
		if !r.number(&minutes, "mm") || minutes > 59 {
			return false
		}
	}
	r.zone = time.FixedZone("", sign*(hours*3600+minutes*60))
	return true
}

// time returns the date, if there is such a one and nothing is left over.
func (r *dateReader) time() (time.Time, bool) {
	if r.twelve {
		if r.hour < 1 || r.hour > 12 {
			return time.Time{}, false
		}
		if r.hour %= 12; r.afternoon {
			r.hour += 12
		}
	}
	if r.zone == nil {
		r.zone = time.UTC
	}
	t := time.Date(r.year, time.Month(r.month), r.day, r.hour, r.minute, r.second, r.nano, r.zone)
	same := t.Year() == r.year && int(t.Month()) == r.month && t.Day() == r.day && t.Hour() == r.hour && t.Minute() == r.minute && t.Second() == r.second
	return t, same && r.rest == ""
}
