package proof

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

const header = "id,email,phone,zip_code,birth_year,enrolled_rewards,historical_transactions_sent"

// validRow is a row that Kard accepts.
func validRow(i int) string {
	return fmt.Sprintf("u-%07d,u%d@example.com,+1415555%04d,%05d,%d,CARDLINKED,%t", i, i, i%10000, i%100000, 1940+i%70, i%2 == 0)
}

// write writes a file of n users; row returns the one with number 0, 1, 2 ...
func write(t testing.TB, n int, row func(int) string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "users.csv")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	fmt.Fprintln(w, header)
	for i := range n {
		fmt.Fprintln(w, row(i))
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}
