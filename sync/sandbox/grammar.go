package sandbox

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// Describe lists the kinds of faults, one per line, for a command's help.
func Describe() string {
	var b strings.Builder
	for _, k := range kinds() {
		name := string(k.name)
		if k.name == Status {
			name = "500"
		}
		moment := ""
		if k.moments == either {
			moment = " (@before or @after it is done)"
		}
		fmt.Fprintf(&b, "  %-9s %s%s\n", name, k.description, moment)
	}
	return b.String()
}

// DescribeWhere explains what can follow the kind of a fault: which calls it hits, and when.
func DescribeWhere() string {
	return `  :2.5%      a share of the calls, or of the users for refuse and poison
  :#7        the seventh call; :#100-500 a range, :#100- all from there on
  :10s-40s   a time since the start; :10s- from then on
  :id=u-1    the calls with this user
  @before    before the API does what it is asked (the default)
  @after     after it: done, and the answer is lost
  /create    calls of this kind only: create, update, delete, read or token
Combine them in this order: 500:2%:#100-:10s-40s@after/create
`
}

// String is the fault in the form that ParseFault reads.
func (f Fault) String() string {
	var b strings.Builder
	k, _ := f.Kind.info()
	b.WriteString(f.head(k))
	if f.Percent > 0 {
		b.WriteString(":" + strconv.FormatFloat(f.Percent, 'f', -1, 64) + "%")
	}
	if f.FromCall > 0 || f.ToCall > 0 {
		b.WriteString(":#" + f.numbers())
	}
	if f.Since > 0 || f.Until > 0 {
		b.WriteString(":" + f.times())
	}
	if f.User != "" {
		b.WriteString(":id=" + url.QueryEscape(f.User))
	}
	if k.moments == either && f.Moment == After {
		b.WriteString("@after")
	}
	if f.Op != AnyOp {
		b.WriteString("/" + f.Op.String())
	}
	return b.String()
}

func (f Fault) head(k kind) string {
	name := string(f.Kind)
	if f.Kind == Status {
		name = strconv.Itoa(f.Status)
	}
	switch {
	case k.takes == waitArgument && f.Wait > 0:
		return name + "=" + f.Wait.String()
	case k.takes == statusArgument && f.Status > 0:
		return name + "=" + strconv.Itoa(f.Status)
	case k.takes == blindArgument && f.Blind:
		return name + "=blind"
	}
	return name
}

func (f Fault) numbers() string {
	from := strconv.FormatUint(f.FromCall, 10)
	switch f.ToCall {
	case f.FromCall:
		return from
	case 0:
		return from + "-"
	}
	return from + "-" + strconv.FormatUint(f.ToCall, 10)
}

func (f Fault) times() string {
	if f.Until == 0 {
		return f.Since.String() + "-"
	}
	return f.Since.String() + "-" + f.Until.String()
}
