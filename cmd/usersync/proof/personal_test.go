package proof

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// marked is a row with values that occur nowhere but in this row.
func marked(i int) string {
	row := fmt.Sprintf("u-%07d,xqz%dmail@xqzdomain.example,+1995558%04d,xqzzip%d,xqzyear%d,CARDLINKED,true", i, i, i%10000, i, i)
	switch i % 50 {
	case 7: // these are invalid, each in another way
		return strings.Replace(row, "@", "\"@", 1)
	case 17:
		return row + ",xqzmore"
	case 27:
		return strings.Replace(row, "+1995558", "995558", 1)
	case 37:
		return strings.Replace(row, "CARDLINKED", "xqzreward", 1)
	case 47:
		return strings.Replace(row, "true", "xqzperhaps", 1)
	}
	return row
}

// TestProofPersonal: whatever goes wrong, no value of a user is in logs, messages, the
// summary or the results. Rejects contain the rows themselves.
func TestProofPersonal(t *testing.T) {
	overlap(t)
	records := size(1000, 10_000)
	for _, faults := range append(faultMixes, []string{"refuse:20%", "echo:100%", "down:#40-"}, []string{"echo:100%", "refuse:10%", "redirect:5%"}) {
		flags := []string{"--seed", "9", "--fault", "echo:100%"}
		for _, f := range faults {
			flags = append(flags, "--fault", f)
		}
		t.Run(strings.Join(faults, " "), func(t *testing.T) {
			t.Parallel()
			api := startSandbox(t, flags...)
			o := run(t, "--config", api.config(t), "--log-level", "debug", "--json", "--give-up-after", "5s", write(t, records, marked))
			if o.exit == 0 || o.exit == 1 {
				t.Fatalf("exit %d\n%s", o.exit, o.stderr)
			}
			checkNoValues(t, "stdout", []byte(o.stdout))
			checkNoValues(t, "stderr", []byte(o.stderr))
			files, err := os.ReadDir(o.dir)
			if err != nil || len(files) < 3 {
				t.Fatalf("run directory: %v, %v", files, err)
			}
			for _, f := range files {
				if strings.HasPrefix(f.Name(), "rejects") {
					continue
				}
				text, err := os.ReadFile(filepath.Join(o.dir, f.Name()))
				if err != nil {
					t.Fatal(err)
				}
				checkNoValues(t, f.Name(), text)
			}
		})
	}
}

// checkNoValues fails if a marked value is in text.
func checkNoValues(t *testing.T, where string, text []byte) {
	t.Helper()
	for line := range bytes.Lines(text) {
		low := bytes.ToLower(line)
		if bytes.Contains(low, []byte("xqz")) || bytes.Contains(low, []byte("995558")) {
			t.Errorf("%s shows a user's value: %s", where, line)
			return
		}
	}
}
