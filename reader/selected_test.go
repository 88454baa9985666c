package reader

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"usersync/sync/user"
)

// Rejects that are not selected are counted and are no records: the others are numbered as if
// they were not there. A row that cannot be read may be any reject, so it is never left out.
func TestSelected(t *testing.T) {
	csv := "_usersync_outcome,_usersync_code,_usersync_run,_usersync_record,_usersync_raw,id,name\n" +
		"refused,x,r1,1,,a,A\nrefused,x,r1,2,,b,B\nfailed,x,r1,3,,c,C\nfailed,x,r1,4,,d,D\nbroken\nrefused,x,,,,e,E\n"
	jsonl := ""
	for i, id := range []string{"a", "b", "c", "d"} {
		jsonl += fmt.Sprintf(`{"_usersync_outcome":"refused","_usersync_code":"x","_usersync_run":"r1","_usersync_record":%d,"id":%q}`+"\n", i+1, id)
	}
	jsonl += "{broken\n" + `{"id":"e"}` + "\n"
	for name, text := range map[string]string{"rejects.csv": csv, "rejects.jsonl": jsonl} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		selected := func(r user.Rejected) Selection {
			return map[user.Rejected]Selection{{Run: "r1", Record: 2, Code: "x"}: OtherGroup, {Run: "r1", Record: 3, Code: "x"}: MaybeSent,
				{Run: "r1", Record: 4, Code: "x"}: Settled, {}: OtherGroup}[r]
		}
		in, err := Open(t.Context(), Options{Paths: []string{path}, Rejects: Rejects{Selected: selected}})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for r, err := range in.Records() {
			if err != nil {
				t.Fatal(err)
			}
			got += fmt.Sprintf("%d:%s:%t:%t ", r.Origin.Record, r.User.ID, r.MaybeSent, r.Err != nil)
		}
		if want := "1:a:false:false 2:c:true:false 3::false:true "; got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
		if s := in.Skipped(); s.OtherGroups != 2 || s.Settled != 1 {
			t.Errorf("%s: %+v", name, s)
		}
		if err := in.Close(); err != nil {
			t.Error(err)
		}
	}
}
