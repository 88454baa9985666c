package sandbox

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// ParseFault reads one fault. The error says what is wrong with it and what would be right.
func ParseFault(text string) (Fault, error) {
	f, err := parseFault(text)
	if err != nil {
		return Fault{}, fmt.Errorf("fault %q: %w", text, err)
	}
	return f, nil
}

func parseFault(text string) (f Fault, err error) {
	text, operation, hasOp := strings.Cut(text, "/")
	text, moment, hasMoment := strings.Cut(text, "@")
	head, wheres, hasWhere := strings.Cut(text, ":")
	k, err := f.parseHead(head)
	if err != nil {
		return f, err
	}
	if hasWhere {
		for where := range strings.SplitSeq(wheres, ":") {
			if err := f.parseWhere(where); err != nil {
				return f, err
			}
		}
	}
	if hasMoment {
		if err := f.parseMoment(k, moment); err != nil {
			return f, err
		}
	}
	if hasOp {
		return f, f.parseOp(k, operation)
	}
	return f, nil
}

func (f *Fault) parseHead(head string) (kind, error) {
	name, value, hasValue := strings.Cut(head, "=")
	f.Kind = Kind(name)
	if status, ok := parseStatus(name); ok {
		f.Kind, f.Status = Status, status
	} else if f.Kind == Status {
		f.Kind = ""
	}
	k, ok := f.Kind.info()
	if !ok {
		return k, fmt.Errorf("there is no kind %q; use a status from 400 to 599 or one of %s", name, names())
	}
	if !hasValue {
		if f.Kind == Latency {
			return k, errors.New("say how long, as in latency=200ms")
		}
		return k, nil
	}
	return k, f.parseArgument(k, value)
}

func (f *Fault) parseArgument(k kind, value string) error {
	ok := false
	switch k.takes {
	case noArgument:
		return fmt.Errorf("%s takes no argument", k.name)
	case waitArgument:
		d, err := time.ParseDuration(value)
		f.Wait, ok = d, err == nil && d > 0
	case statusArgument:
		f.Status, ok = parseStatus(value)
	case blindArgument:
		f.Blind, ok = true, value == "blind"
	}
	if !ok {
		return fmt.Errorf("%s takes %s, not %q", k.name, [...]string{"", "a duration such as 30s", "a status from 400 to 599", "=blind or nothing"}[k.takes], value)
	}
	return nil
}

func (f *Fault) parseWhere(where string) (err error) {
	percent, isPercent := strings.CutSuffix(where, "%")
	numbers, isNumbers := strings.CutPrefix(where, "#")
	id, isUser := strings.CutPrefix(where, "id=")
	ok := false
	switch {
	case isUser:
		f.User, err = url.QueryUnescape(id)
		ok = f.User != ""
	case isNumbers:
		err = f.parseNumbers(numbers)
		ok = f.FromCall > 0 && (f.ToCall == 0 || f.FromCall <= f.ToCall)
	case isPercent:
		f.Percent, err = strconv.ParseFloat(percent, 64)
		ok = f.Percent > 0 && f.Percent <= 100
	default:
		err = f.parseTimes(where)
		ok = f.Since >= 0 && (f.Until == 0 || f.Since < f.Until)
	}
	if err != nil || !ok {
		return fmt.Errorf("%q does not say which calls; use a share (2.5%%), calls (#7, #100-500, #100-), a time (10s-40s, 10s-) or a user (id=u-1)", where)
	}
	return nil
}

func (f *Fault) parseNumbers(text string) (err error) {
	from, to, isRange := strings.Cut(text, "-")
	if f.FromCall, err = strconv.ParseUint(from, 10, 64); err != nil {
		return err
	}
	switch {
	case !isRange:
		f.ToCall = f.FromCall
	case to == "":
		f.ToCall = 0
	default:
		f.ToCall, err = strconv.ParseUint(to, 10, 64)
	}
	return err
}

func (f *Fault) parseTimes(text string) (err error) {
	since, until, isRange := strings.Cut(text, "-")
	if !isRange {
		return strconv.ErrSyntax
	}
	if f.Since, err = time.ParseDuration(since); err != nil {
		return err
	}
	f.Until = 0
	if until != "" {
		f.Until, err = time.ParseDuration(until)
	}
	return err
}

func (f *Fault) parseMoment(k kind, moment string) error {
	if k.moments != either {
		return fmt.Errorf("%s has only one moment; leave out @%s", k.name, moment)
	}
	switch moment {
	case "before":
		f.Moment = Before
	case "after":
		f.Moment = After
	default:
		return fmt.Errorf("a moment is @before or @after, not @%s", moment)
	}
	return nil
}

func (f *Fault) parseOp(k kind, operation string) error {
	for _, op := range []Op{Create, Update, Delete, Read, Token} {
		if op.String() == operation {
			f.Op = op
			return k.fits(op)
		}
	}
	return fmt.Errorf("there is no operation %q; use create, update, delete, read or token", operation)
}

// fits returns an error if a fault of this kind can never hit the operation: that is a mistake in the fault.
func (k kind) fits(op Op) error {
	if k.scope == calls || k.scope == usersCalls && op != Token || k.scope == answers && op != Read && op != Token ||
		k.scope == users && (op == Create || op == Update) {
		return nil
	}
	return fmt.Errorf("%s never affects a %s", k.name, op)
}

func parseStatus(text string) (int, bool) {
	n, err := strconv.Atoi(text)
	return n, err == nil && len(text) == 3 && n >= 400 && n <= 599
}

func names() string {
	var list []string
	for _, k := range kinds()[1:] {
		list = append(list, string(k.name))
	}
	return strings.Join(list, ", ")
}
