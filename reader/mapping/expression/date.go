package expression

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/expr-lang/expr/ast"

	"usersync/sync/user"
)

// dates reads and writes dates. It keeps the forms that it has read, and is for one goroutine.
type dates struct{ pairs map[[3]string]datePair }

// datePair is a form to read, one to write, and the latest year that YY can mean. With a rule
// it cannot be used.
type datePair struct {
	from, to dateForm
	latest   int
	rule     string
}

// The latest year that two digits of a year can mean is between these.
const earliestPivot, latestPivot = 1900, 2199

// maxPairs bounds what is kept of forms that come from cells.
const maxPairs = 100

// date is date(TEXT, FROM, TO) and date(TEXT, FROM, TO, LATEST), where LATEST is the latest
// year that YY can mean.
func (d dates) date(args []string) (string, error) {
	key := [3]string{args[1], args[2]}
	if len(args) > 3 {
		key[2] = args[3]
	}
	pair, known := d.pairs[key]
	if !known {
		pair = newDatePair(key)
		if len(d.pairs) < maxPairs {
			d.pairs[key] = pair
		}
	}
	if pair.rule != "" {
		return "", &RuleError{"bad_date", pair.rule}
	}
	t, ok := pair.from.read(user.Trim(args[0]), pair.latest)
	if !ok {
		return "", &RuleError{"bad_date", "must be a date of the form " + args[1]}
	}
	return pair.to.write(t), nil
}

func newDatePair(key [3]string) datePair {
	p := datePair{latest: latestYear(key[2])}
	if p.rule = pairRule(key[0], key[1], p.latest); p.rule == "" {
		p.from, _ = parseForm(key[0])
		p.to, _ = parseForm(key[1])
	}
	return p
}

// pairRule returns why a date cannot be read in one form and written in the other; "" if it
// can.
func pairRule(fromText, toText string, latest int) string {
	from, rule := parseForm(fromText)
	if rule != "" {
		return rule
	}
	to, rule := parseForm(toText)
	if rule != "" {
		return rule
	}
	if to.excel != 0 {
		return "date writes no serial days of Excel, it only reads them"
	}
	if name, lacks := to.lacks(from); lacks {
		return "the date form to write has " + name + ", and the one to read does not"
	}
	if from.hasText("YY") && latest == 0 {
		return "two digits of a year need the latest year that they can mean: date(COLUMN, " + strconv.Quote(fromText) + ", " + strconv.Quote(toText) + ", 2025) reads 26 as 1926"
	}
	return ""
}

// latestYear reads a year, or two digits of one of this century; 0 if it is neither.
func latestYear(text string) int {
	n, err := strconv.Atoi(text)
	switch {
	case err != nil || n < 0 || n > 9999:
		return 0
	case n < 100:
		return 2000 + n
	case n < earliestPivot || n > latestPivot:
		return 0 // mistyped: no user was born there
	}
	return n
}

// checkDate returns what is wrong with the literal arguments of a call of date; "" if nothing is.
func checkDate(arguments []ast.Node) string {
	if len(arguments) < 3 {
		return ""
	}
	from, isText := arguments[1].(*ast.StringNode)
	to, isText2 := arguments[2].(*ast.StringNode)
	for _, n := range []*ast.StringNode{from, to} {
		if n == nil {
			continue
		}
		if _, rule := parseForm(n.Value); rule != "" {
			return rule
		}
	}
	latest, rule := 0, ""
	if len(arguments) > 3 {
		latest, rule = literalYear(arguments[3])
	}
	if rule == "" && isText && isText2 {
		rule = pairRule(from.Value, to.Value, latest)
	}
	return rule
}

func literalYear(n ast.Node) (latest int, rule string) {
	switch n := n.(type) {
	case *ast.IntegerNode:
		latest = latestYear(strconv.Itoa(n.Value))
	case *ast.StringNode:
		latest = latestYear(n.Value)
	default:
		return maxYear, "" // known only from the row
	}
	if latest == 0 {
		return 0, "the latest year that two digits can mean must be a year, such as 2025"
	}
	return latest, ""
}

const maxYear = 9999

// serial reads a serial day of Excel: a whole number, or one with the time of day as its
// fraction.
func (f dateForm) serial(text string) (time.Time, bool) {
	days, err := strconv.ParseFloat(text, 64)
	if err != nil || strings.Trim(text, "0123456789.") != "" || days > 2958465 {
		return time.Time{}, false
	}
	whole := math.Floor(days)
	first := time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	if f.excel == 1900 {
		switch { // Excel counts a 29 February 1900, which there was not
		case whole < 1 || whole == 60:
			return time.Time{}, false
		case whole > 60:
			whole--
		}
		first = time.Date(1899, 12, 31, 0, 0, 0, 0, time.UTC)
	}
	of := time.Duration(math.Round((days - math.Floor(days)) * 86400))
	return first.AddDate(0, 0, int(whole)).Add(of * time.Second), true
}
