package explain

import (
	"strings"
	"testing"

	"usersync/sync/visible"
)

// On a terminal prose fits its width. Commands and values are not broken, and in a file everything
// is one line.
func TestPrintFitsTheTerminal(t *testing.T) {
	const next, value = "usersync run --to kard --config /etc/usersync/usersync.yaml runs/r/rejects.csv", "two  blanks and more than a terminal of forty columns shows"
	text := value
	e := &Explanation{ID: "u-1", Next: next, Alike: []string{"U-1", "u-01", "u-001", "u-0001", "u-00001", "u-000001"}, Runs: []Run{{Run: "20260314T020000Z-k3f9qa", State: "finished", To: "kard", Mode: "upsert",
		Records: []Record{{Record: 1, File: "users.csv", Line: 2, Detail: "phone: must be in E.164 form, such as +14155552671", Next: next, Fields: []Field{{Name: "email", Value: &text}}}}}}}
	for _, columns := range []int{0, 40} {
		var b strings.Builder
		if err := Print(&b, e, columns); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			if columns > 0 && visible.Width(line) > columns+1 && !strings.Contains(line, next) && !strings.Contains(line, value) {
				t.Errorf("%q is wider than %d columns", line, columns)
			}
		}
		for _, exact := range []string{"next: " + next + "\n", "next      " + next + "\n", "email = " + value + "\n"} {
			if !strings.Contains(b.String(), exact) {
				t.Errorf("%d columns: no %q in\n%s", columns, exact, b.String())
			}
		}
		if whole := strings.Contains(b.String(), "  detail    phone: must be in E.164 form, such as +14155552671\n"); whole != (columns == 0) {
			t.Errorf("%d columns:\n%s", columns, b.String())
		}
	}
}
