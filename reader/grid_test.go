package reader

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

// gridHeader returns the layout that a Grid finds.
func gridHeader(t *testing.T, o Options) (Layout, error) {
	t.Helper()
	table, err := OpenGrid(t.Context(), o)
	if err != nil {
		return Layout{}, err
	}
	return table.Layout(), table.Close()
}

// TestGrid: the cells of each row by the header, whatever the layout; rows that do not fit
// have none.
func TestGrid(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"csv":             {"a,b\n1,2\n3\n\"x\ny\",z\n", []string{"2:1|2", "3:broken", "4:x\ny|z"}},
		"title":           {"Our users\n\nuser id;email\n1;a@x.example\n", []string{"4:1|a@x.example"}},
		"dashes, formula": {"id,zip\n--,---\n1,=\"02139\"\n", []string{"3:1|02139"}},
		"row names":       {"\"id\",\"email\"\n\"1\",\"u1\",\"a@x\"\n\"2\",\"u2\",\"b@x\"\n", []string{"2:u1|a@x", "3:u2|b@x"}},
		"json":            {`{"a":1,"b":{"c":"x"}}` + "\n" + `{"b":{"c":null},"a":true}` + "\n[1]\n", []string{"1:1|x", "2:true|", "3:broken"}},
		"json, late key":  {strings.Repeat(`{"a":1}`+"\n", 101) + `{"z":[1]}` + "\n", []string{"102:|[1]"}},
		"wrapped":         {`{"users":[{"a":"1"},{"a":"2"}]}`, []string{"1:1", "1:2"}},
	} {
		table, err := OpenGrid(t.Context(), Options{Paths: []string{"-"}, Stdin: strings.NewReader(c.text)})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var got []string
		for row, err := range table.Rows() {
			text := strings.Join(row.Cells, "|")
			if row.Broken {
				text = "broken"
			}
			if err != nil {
				text = err.Error()
			}
			got = append(got, strings.Join([]string{strconv.Itoa(row.Line), text}, ":"))
		}
		if got = got[max(0, len(got)-len(c.want)):]; !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if err := table.Close(); err != nil {
			t.Error(err)
		}
	}
}
