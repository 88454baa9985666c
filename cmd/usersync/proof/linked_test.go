package proof

import (
	"bytes"
	"os"
	"testing"
)

// TestProofLinked: the program reads workbooks and cannot write them. One field of the wrong type would bring
// back all that excelize can do, 4 MiB of it.
func TestProofLinked(t *testing.T) {
	linked, err := os.ReadFile(program)
	if err != nil {
		t.Fatal(err)
	}
	for function, want := range map[string]bool{"OpenReader": true, "(*File).Rows": true, "(*File).AddChart": false, "(*File).CalcCellValue": false} {
		if got := bytes.Contains(linked, []byte("excelize/v2."+function)); got != want {
			t.Errorf("excelize's %s is in the program: %v, want %v", function, got, want)
		}
	}
}
