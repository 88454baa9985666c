package sandbox

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// Describe lists the kinds of faults, one on a line, for a command's help.
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
		fmt.Fprintf(&b, "  %-9s %s%s\n", name, k.says, moment)
	}
	return b.String()
}

// String is the fault in the grammar that ParseFault reads.
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
