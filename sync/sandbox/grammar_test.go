package sandbox

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// anyFault draws every fault that the grammar can express.
func anyFault(t *rapid.T) Fault {
	k := rapid.SampledFrom(kinds()).Draw(t, "kind")
	f := Fault{Kind: k.name}
	status := rapid.IntRange(400, 599)
	duration := rapid.Int64Range(1, int64(100*time.Hour))
	given := rapid.Bool()
	switch k.takes {
	case waitArgument:
		if k.name == Status {
			f.Status = status.Draw(t, "status")
		}
		if k.name == Latency || given.Draw(t, "wait?") {
			f.Wait = time.Duration(duration.Draw(t, "wait"))
		}
	case statusArgument:
		if given.Draw(t, "status?") {
			f.Status = status.Draw(t, "status")
		}
	case blindArgument:
		f.Blind = given.Draw(t, "blind")
	}
	if given.Draw(t, "share?") {
		f.Percent = rapid.Float64Range(1e-300, 100).Draw(t, "share")
	}
	if given.Draw(t, "calls?") {
		f.FromCall = rapid.Uint64Min(1).Draw(t, "from")
		if given.Draw(t, "bounded?") {
			f.ToCall = rapid.Uint64Min(f.FromCall).Draw(t, "to")
		}
	}
	if given.Draw(t, "time?") {
		f.Since = time.Duration(duration.Draw(t, "since"))
		if given.Draw(t, "ends?") {
			f.Until = f.Since + time.Duration(duration.Draw(t, "until"))
		}
	}
	f.User = rapid.String().Draw(t, "user")
	if k.moments == either {
		f.Moment = rapid.SampledFrom([]Moment{Before, After}).Draw(t, "moment")
	}
	if op := rapid.SampledFrom([]Op{AnyOp, Create, Update, Delete, Read, Token}).Draw(t, "op"); op == AnyOp || k.fits(op) == nil {
		f.Op = op
	}
	return f
}

func TestFaultsReadWhatTheyPrint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := anyFault(t)
		again, err := ParseFault(f.String())
		if err != nil {
			t.Fatal(err)
		}
		if again != f {
			t.Fatalf("%s\nwas  %+v\nread %+v", f, f, again)
		}
	})
}

func TestParseFault(t *testing.T) {
	for text, want := range map[string]Fault{
		"500:2.5%@after":          {Kind: Status, Status: 500, Percent: 2.5, Moment: After},
		"503=30s:#100-500":        {Kind: Status, Status: 503, Wait: 30 * time.Second, FromCall: 100, ToCall: 500},
		"reset:1%":                {Kind: Reset, Percent: 1},
		"lost:2%/create":          {Kind: Lost, Percent: 2, Op: Create},
		"refuse=422:1%":           {Kind: Refuse, Status: 422, Percent: 1},
		"poison:id=id-4711":       {Kind: Poison, User: "id-4711"},
		"poison=413:id=a%2Fb%40c": {Kind: Poison, Status: 413, User: "a/b@c"},
		"latency=200ms":           {Kind: Latency, Wait: 200 * time.Millisecond},
		"down:#7":                 {Kind: Down, FromCall: 7, ToCall: 7},
		"down=503:0s-40s":         {Kind: Down, Status: 503, Until: 40 * time.Second},
		"500:5%:#10-:1m0s-":       {Kind: Status, Status: 500, Percent: 5, FromCall: 10, Since: time.Minute},
		"noid=blind":              {Kind: NoID, Blind: true},
	} {
		f, err := ParseFault(text)
		if err != nil || f != want {
			t.Errorf("%s: %+v, %v", text, f, err)
		}
		if f.String() != text {
			t.Errorf("%s prints as %s", text, f)
		}
	}
}

func TestParseFaultTakesTheDefaultMoment(t *testing.T) {
	f, err := ParseFault("reset:1%@before")
	if want := (Fault{Kind: Reset, Percent: 1}); err != nil || f != want {
		t.Errorf("%+v, %v", f, err)
	}
}

func TestParseFaultRefuses(t *testing.T) {
	for text, says := range map[string]string{
		"":                 "there is no kind",
		"status":           "there is no kind",
		"399":              "there is no kind",
		"600":              "there is no kind",
		"rest:1%":          "reset",
		"500:0%":           "does not say which calls",
		"500:101%":         "does not say which calls",
		"500:NaN%":         "does not say which calls",
		"500:":             "does not say which calls",
		"500:5":            "does not say which calls",
		"500:#0":           "does not say which calls",
		"500:#5-4":         "does not say which calls",
		"500:40s-10s":      "does not say which calls",
		"500:-5s-10s":      "does not say which calls",
		"poison:id=":       "does not say which calls",
		"poison:id=%zz":    "does not say which calls",
		"latency":          "say how long",
		"latency=0s":       "a duration",
		"refuse=200":       "a status",
		"noid=deaf":        "blind",
		"short=1":          "no argument",
		"500@later":        "@before or @after",
		"lost@before":      "has only one moment",
		"500/remove":       "no operation",
		"short/read":       "never affects",
		"poison/read":      "never affects",
		"expire:1%/token":  "never affects",
		"500:5%/any":       "no operation",
		"500@after:5%":     "@before or @after",
		"500:5%@after@now": "@before or @after",
	} {
		if f, err := ParseFault(text); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %+v, %v; want an error that says %q", text, f, err, says)
		}
	}
}

// TestDescribeWhereIsTrue parses the examples that it shows.
func TestDescribeWhereIsTrue(t *testing.T) {
	for line := range strings.Lines(DescribeWhere()) {
		where := strings.Fields(line)[0]
		if _, whole, ok := strings.Cut(line, "in this order: "); ok {
			where = strings.TrimPrefix(strings.TrimSpace(whole), "500")
		}
		f, err := ParseFault("500" + where)
		if err != nil || f == (Fault{Kind: Status, Status: 500}) && where != "@before" {
			t.Errorf("%s: %+v, %v", where, f, err)
		}
	}
}

func TestDescribeNamesEveryKindOnce(t *testing.T) {
	lines := strings.Split(strings.TrimSuffix(Describe(), "\n"), "\n")
	if len(lines) != len(kinds()) {
		t.Fatalf("%d lines for %d kinds", len(lines), len(kinds()))
	}
	for _, line := range lines {
		head := strings.Fields(line)[0]
		if head == string(Latency) {
			head += "=1s"
		}
		if _, err := ParseFault(head); err != nil || len(line) > 120 {
			t.Errorf("%q: %v", line, err)
		}
	}
}
