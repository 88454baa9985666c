package proof

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// crowd is how many users a cell of the matrix is about.
const crowd = 3

// The places where a fault strikes.
const (
	first  = "the first call of the operation"
	always = "every call of the operation"
	second = "the second user"
)

// trouble is a class of faults, and where it strikes.
type trouble struct {
	name, kind, behind string // of the fault, and what follows its place
	where              string
	shape              bool // of an answer that tells of several users
}

// nobodyListens is no fault of the sandbox: its process has ended.
const nobodyListens = "connection refused"

func (d destination) troubles() []trouble {
	all := []trouble{{name: nobodyListens, where: always}}
	for _, kind := range []string{
		"reset", "reset@after", "lost", "500", "500@after", "503", "503@after", "503=1s", "429", "429=1s", "401", "expire", "403", "redirect",
		"html", "html@after", "empty", "empty@after", "cut",
	} {
		name, behind, after := strings.Cut(kind, "@")
		if after {
			behind = "@" + behind
		}
		all = append(all, trouble{name: kind, kind: name, behind: behind, where: first})
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

// cell is one meeting of destination, operation and trouble.
type cell struct {
	destination
	op      string
	trouble trouble
}

// fault is the trouble as `usersync sandbox` takes it; empty if it is none of its.
func (c cell) fault() string {
	switch c.trouble.where {
	case first:
		return fmt.Sprintf("%s:#%d%s/%s", c.trouble.kind, c.firstCall(), c.trouble.behind, c.op)
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
	n := c.asks + 1
	switch {
	case c.op == "create":
	case c.bulk:
		n += c.asks + 1
	default:
		n += c.asks + crowd
	}
	return n
}

// exists tells whether the sandbox has such a cell.
func (c cell) exists() bool {
	aboutUsers := strings.HasPrefix(c.trouble.kind, "refuse") || strings.HasPrefix(c.trouble.kind, "poison")
	unnamed := c.trouble.where == second && c.named != nil && !slices.Contains(c.named, c.op)
	return !(aboutUsers && c.op == "delete") && !unnamed && (!c.trouble.shape || slices.Contains(c.shaped, c.op))
}

// word is what the night in trouble says of everybody.
func (c cell) word() string {
	if c.op == "update" {
		return "New"
	}
	return "Old"
}

// night runs the operation.
func (c cell) night(t *testing.T, s site, flags []string, op string) outing {
	t.Helper()
	file := c.write(t, crowd, c.word())
	if op == "delete" {
		file = lines(t, "id", fmt.Sprintf(c.id, 1), fmt.Sprintf(c.id, 2), fmt.Sprintf(c.id, 3))
		flags = append(flags[:len(flags):len(flags)], "--mode", "delete")
	}
	return s.run(t, append(flags[:len(flags):len(flags)], file)...)
}

// meet has the trouble strike, and tells what that gave.
func (c cell) meet(t *testing.T) string {
	var flags []string
	if f := c.fault(); f != "" {
		flags = []string{"--fault", f}
	}
	if c.alsoRefused() {
		flags = append(flags, "--fault", "refuse=422:id="+fmt.Sprintf(c.id, 2)+"/"+c.op)
	}
	api, s := c.rehearse(t, flags...), newSite(t)
	flags = append(c.configure(t, api), "--workers", "1", "--retries", "2", "--give-up-after", c.patience())
	if c.op != "create" {
		s.run(t, append(flags, c.write(t, crowd, "Old"))...).wantExit(t, 0)
	}
	if c.trouble.name == nobodyListens {
		api.end()
	}
	before := s.newest(t)
	o := c.night(t, s, flags, c.op)
	if o.dir == before { // it ended before it began
		o.dir = ""
	}
	gave := c.tell(t, o)
	if c.trouble.name == nobodyListens {
		o.wantExit(t, 5)
		return gave
	}
	if st := api.state(t); st.Faults[c.fault()] == 0 || st.Followed > 0 {
		t.Errorf("the fault never struck, or a redirect was followed %d times: %v, %d calls\n%s", st.Followed, st.Faults, st.Calls, o.stderr)
	}
	c.judge(t, api, o)
	if c.trouble.where == first && !(c.op == "delete" && c.api == "onbo") { // who is deleted there is unknown
		c.after(t, api, c.night(t, s, flags, c.op))
	}
	return gave
}

// after is the same again, when the trouble is over.
func (c cell) after(t *testing.T, api *rehearsal, o outing) {
	t.Helper()
	c.judge(t, api, o)
	told := c.tell(t, o)
	switch {
	case o.exit == 0, o.exit == 3 && c.alsoRefused():
	case o.exit == 6 && c.op == "create" && (c.api == "onbo" || c.api == "single") && strings.Contains(told, "in_doubt"):
	default:
		t.Errorf("and then: %s\n%s", told, o.stderr)
	}
}

// alsoRefused tells that the second user is refused as well: some shapes are
// those of an error.
func (c cell) alsoRefused() bool { return c.trouble.shape && c.op != "delete" }

// patience is how long the API may be down. One user's trouble must not look so.
func (c cell) patience() string {
	if c.trouble.where == second {
		return "20s"
	}
	return "1s"
}

// tell puts into a few words how a run ended.
func (c cell) tell(t *testing.T, o outing) string {
	t.Helper()
	n := map[string]int{}
	for _, r := range c.told(t, o) {
		what := r.outcome
		if r.code != "" {
			what += " `" + r.code + "`"
		}
		n[what]++
	}
	var parts []string
	for _, what := range slices.Sorted(maps.Keys(n)) {
		parts = append(parts, fmt.Sprintf("%d %s", n[what], what))
	}
	if len(parts) == 0 {
		parts = append(parts, "stopped")
	}
	return fmt.Sprintf("%s · %d", strings.Join(parts, ", "), o.exit)
}

// told are the outcomes of a run, also of one that was stopped.
func (c cell) told(t *testing.T, o outing) []row {
	t.Helper()
	switch {
	case o.dir == "":
		return nil
	case over(o.dir):
		return o.results(t)
	}
	return o.rows(t, "results.csv.partial")
}

// judge holds what a run says to what the API holds.
func (c cell) judge(t *testing.T, api *rehearsal, o outing) {
	t.Helper()
	rows := c.told(t, o)
	if over(o.dir) && len(rows) != crowd {
		t.Errorf("%d outcomes of %d records", len(rows), crowd)
	}
	for i := range crowd {
		k := c.holds(t, api, i+1, c.word())
		if k.created > 1 || k.now > 1 {
			t.Errorf("user %d was created %d times", i+1, k.created)
		}
		if i < len(rows) && !c.true(rows[i].outcome, k) {
			t.Errorf("user %d is %s %s, and the API holds %d: %s\n%s", i+1, rows[i].outcome, rows[i].code, k.now, k.attributes, o.stderr)
		}
	}
	if st := api.state(t); len(st.Doubled) > 0 {
		t.Errorf("doubled: %v", st.Doubled)
	}
}

// true tells whether an outcome is so. Of one in doubt nothing is said.
func (c cell) true(outcome string, k kept) bool {
	done := k.now == 1 && strings.Contains(k.attributes, c.word())
	if c.op == "delete" {
		done = k.now == 0
	}
	if c.trouble.name == "empty" && slices.Contains(c.bare, c.op) { // the API's own lie, and nothing would show it
		return true
	}
	switch outcome {
	case "created", "updated", "deleted", "unchanged":
		return done
	case "in_doubt":
		return true
	}
	return !done
}

// TestProofMatrix: every destination, in every operation, in every trouble, says
// of each user what is so, and makes nobody twice.
func TestProofMatrix(t *testing.T) {
	table := &strings.Builder{}
	gave := map[string]*string{}
	t.Run("cells", func(t *testing.T) {
		n := 0
		for _, d := range destinations() {
			for _, op := range d.ops {
				for _, tr := range d.troubles() {
					c := cell{d, op, tr}
					if n++; !c.exists() || !*full && n%31 != 0 {
						continue
					}
					out := new(string)
					gave[d.name+op+tr.name+tr.where] = out
					t.Run(fmt.Sprintf("%s %s %s %s", d.name, op, tr.name, tr.where), func(t *testing.T) {
						t.Parallel()
						*out = c.meet(t)
					})
				}
			}
		}
	})
	for _, d := range destinations() {
		d.draw(table, gave)
	}
	t.Log(table.String())
}

// draw writes what a destination gave as a table.
func (d destination) draw(to *strings.Builder, gave map[string]*string) {
	fmt.Fprintf(to, "\n\n**%s**\n\n| fault | strikes | %s |\n|---|---|%s\n", d.name, strings.Join(d.ops, " | "), strings.Repeat("---|", len(d.ops)))
	for _, tr := range d.troubles() {
		cells, any := []string{tr.name, tr.where}, false
		for _, op := range d.ops {
			text := ""
			if out := gave[d.name+op+tr.name+tr.where]; out != nil {
				text, any = *out, true
			}
			cells = append(cells, text)
		}
		if any {
			fmt.Fprintf(to, "| %s |\n", strings.Join(cells, " | "))
		}
	}
}
