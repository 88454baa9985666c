package frame

import "testing"

// TestCarriageReturns: those in front of a line feed are not part of a row, however many
// there are.
func TestCarriageReturns(t *testing.T) {
	for _, text := range []string{"1,a\r\r\n2", "1,a\r\n2", "1,a\n2", "1,a\r\r\r\n2", "1,\"a\"\r\r\n2", "1,\"a\"\r\r"} {
		row, err := NewCSV(Over([]byte(text)), Dialect{Delimiter: ","}).Next()
		if end := row.Bytes[len(row.Bytes)-1]; err != nil || row.Malformed || end == '\r' && row.Bytes[len(row.Bytes)-2] == '\r' {
			t.Errorf("%q: %q, %v", text, row.Bytes, err)
		}
		if got := string(row.Bytes); text == "1,a\r\r\n2" && got != "1,a" {
			t.Errorf("%q: %q", text, got)
		}
	}
}
