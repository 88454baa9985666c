package writer

import "time"

// stamp formats times as RFC 3339 in UTC with milliseconds. It keeps the text of the last second,
// because outcomes come in order, thousands of them per second.
type stamp struct {
	second int64
	text   []byte // up to and including the dot
}

func (s *stamp) append(dst []byte, t time.Time) []byte {
	if second := t.Unix(); second != s.second || s.text == nil {
		s.second = second
		s.text = t.UTC().AppendFormat(s.text[:0], "2006-01-02T15:04:05.")
	}
	milli := t.Nanosecond() / int(time.Millisecond)
	dst = append(dst, s.text...)
	return append(dst, byte('0'+milli/100), byte('0'+milli/10%10), byte('0'+milli%10), 'Z')
}
