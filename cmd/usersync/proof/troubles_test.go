package proof

import (
	"fmt"
	"slices"
	"strings"
)

// The places where a fault strikes.
const (
	first  = "the first call"
	always = "every call"
	second = "one user"
)

// trouble is a kind of fault, and where it strikes.
type trouble struct {
	name, kind, suffix string // of the fault, and what follows the place in its name
	where              string
	shape              bool // a fault in the form of an answer about several users
}

// connectionRefused is not a fault of the sandbox: its process has ended.
const connectionRefused = "connection refused"

// troubles are all faults that a destination can have.
func (d destination) troubles() []trouble {
	all := []trouble{{name: connectionRefused, where: always}}
	for _, kind := range []string{
		"reset", "reset@after", "lost", "500", "500@after", "503", "503@after", "503=1s", "429", "429=1s", "401", "expire", "403", "redirect",
		"html", "html@after", "empty", "empty@after", "cut",
	} {
		name, suffix, after := strings.Cut(kind, "@")
		if after {
			suffix = "@" + suffix
		}
		all = append(all, trouble{name: kind, kind: name, suffix: suffix, where: first})
	}
	for _, kind := range []string{"reset", "lost", "500", "503", "429", "401", "403"} {
		all = append(all, trouble{name: kind, kind: kind, where: always})
	}
	for _, kind := range []string{"500", "refuse", "refuse=422", "refuse=404", "refuse=409", "refuse=503", "poison", "poison=413"} {
		all = append(all, trouble{name: kind, kind: kind, where: second})
	}
	for _, kind := range d.shapes {
		all = append(all, trouble{name: kind, kind: kind, where: first, shape: true})
	}
	return all
}

// cell is one combination of destination, operation and fault.
type cell struct {
	destination
	op      string
	trouble trouble
}

// fault is the value of --fault of `usersync sandbox`; empty if the sandbox has no such
// fault.
func (c cell) fault() string {
	switch c.trouble.where {
	case first:
		return fmt.Sprintf("%s:#%d%s/%s", c.trouble.kind, c.firstCall(), c.trouble.suffix, c.op)
	case second:
		return fmt.Sprintf("%s:id=%s/%s", c.trouble.kind, strings.ReplaceAll(c.calls(2, c.word()), "@", "%40"), c.op)
	}
	if c.trouble.kind == "" {
		return ""
	}
	return c.trouble.kind + "/" + c.op
}

// firstCall is the number of the first call of the operation.
func (c cell) firstCall() int {
	n := c.asks + c.probes + 1
	switch {
	case c.op == "create":
	case c.bulk: // the night before has created all users
		n += c.asks + 1
	default:
		n += c.asks + usersPerCell
	}
	if c.op == "update" {
		n += c.reads
	}
	return n
}

// exists reports whether the combination makes sense.
func (c cell) exists() bool {
	aboutUsers := strings.HasPrefix(c.trouble.kind, "refuse") || strings.HasPrefix(c.trouble.kind, "poison")
	if c.trouble.kind == "429" && c.trouble.where == always && c.op == "update" && c.reads > 0 {
		return false // while reads succeed the run waits, for longer than a proof may take
	}
	unnamed := c.trouble.where == second && c.named != nil && !slices.Contains(c.named, c.op)
	return !(aboutUsers && c.op == "delete") && !unnamed && (!c.trouble.shape || slices.Contains(c.shaped, c.op))
}

// alsoRefused reports whether the second user is refused as well: some faults are in the
// form of an error.
func (c cell) alsoRefused() bool { return c.trouble.shape && c.op != "delete" }

// patience is how long the API may be down. A fault of one user must not look like that.
func (c cell) patience() string {
	if c.trouble.where == second {
		return "20s"
	}
	return "1s"
}
