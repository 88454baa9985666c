package index

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"
)

func key(t testing.TB) Key {
	t.Helper()
	k, ok := ParseKey(NewKey())
	if !ok {
		t.Fatal("a new key is not a key")
	}
	return k
}

// build returns an index of n rows of 10 bytes each, after a header of 100 bytes.
func build(t testing.TB, k Key, n int, id func(i int) string) []byte {
	t.Helper()
	var out bytes.Buffer
	b := NewBuilder(&out, k)
	for i := range n {
		b.Add(id(i), int64(100+10*i), int64(110+10*i))
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func open(t testing.TB, k Key, index []byte, results int64) *Index {
	t.Helper()
	x, err := Open(bytes.NewReader(index), int64(len(index)), results, k)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func find(t testing.TB, x *Index, id string) []int64 {
	t.Helper()
	found, err := x.Find(id)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func user(i int) string { return fmt.Sprint("u-", i) }

// Each row is found, at its place, whatever the number of rows.
func TestEveryRowIsFound(t *testing.T) {
	for _, n := range []int{1, 2, 1000, window + 1, blockRows, blockRows + 1, 2*blockRows + 77} {
		k := key(t)
		x := open(t, k, build(t, k, n, user), 1<<40)
		if from, to := x.Covered(); from != 100 || to != int64(100+10*n) || rows(x) != n {
			t.Errorf("%d rows: covered from %d to %d, %d rows", n, from, to, rows(x))
		}
		for i := range n {
			if i > 2000 && i%997 != 0 && i < n-2000 {
				continue
			}
			if found := find(t, x, user(i)); !slices.Contains(found, int64(100+10*i)) || len(found) > 2 {
				t.Fatalf("%d rows: row %d found at %v", n, i, found)
			}
		}
		if found := find(t, x, "nobody"); len(found) > 1 {
			t.Errorf("%d rows: an unknown id is found at %v", n, found)
		}
	}
}

// All rows of one id are found, even if there are more than a window holds, and so are
// those of ids that look like it.
func TestRepeatedAndAlike(t *testing.T) {
	k := key(t)
	x := open(t, k, build(t, k, 50_000, func(i int) string {
		return []string{"same", fmt.Sprint("u-", i), "00SAME", "sa\u200bme"}[i%4]
	}), 1<<40)
	found := find(t, x, "Same")
	if len(found) != 37_500 || !slices.IsSorted(found) || found[0] != 100 || found[1] != 120 {
		t.Errorf("%d rows, from %v", len(found), found[:min(5, len(found))])
	}
}

// A cut, damaged or foreign index ends before what is wrong.
func TestDamageEndsIt(t *testing.T) {
	k := key(t)
	listed := build(t, k, 2*blockRows+10, user)
	one := headerSize + 8*blockRows
	whole, list := listed[:2*one+headerSize+8*10], listed[2*one+headerSize+8*10:]
	if len(list) != 3*headerSize+listTail {
		t.Fatalf("a list of %d bytes", len(list))
	}
	for name, c := range map[string]struct {
		index   []byte
		results int64
		rows    int
	}{
		"whole":             {whole, 1 << 40, 2*blockRows + 10},
		"cut":               {whole[:2*one-1], 1 << 40, blockRows},
		"empty":             {nil, 1 << 40, 0},
		"a few bytes":       {whole[:7], 1 << 40, 0},
		"header changed":    {changed(whole, one+9), 1 << 40, blockRows},
		"signature changed": {changed(whole, 0), 1 << 40, 0},
		"of longer results": {whole, int64(100 + 10*blockRows), blockRows},
		"block missing":     {slices.Concat(whole[:one], whole[2*one:]), 1 << 40, blockRows},

		"listed":                       {listed, 1 << 40, 2*blockRows + 10},
		"listed, header changed":       {changed(listed, one+9), 1 << 40, 2*blockRows + 10},
		"listed, of longer results":    {listed, int64(100 + 10*blockRows), blockRows},
		"listed, block missing":        {slices.Concat(whole[:one], whole[2*one:], list), 1 << 40, blockRows},
		"listed, block twice":          {slices.Concat(whole[:one], whole[:one], whole[one:], list), 1 << 40, blockRows},
		"list cut":                     {listed[:len(listed)-1], 1 << 40, 2*blockRows + 10},
		"list cut, header changed":     {changed(listed[:len(listed)-1], one+9), 1 << 40, blockRows},
		"list changed, header changed": {changed(changed(listed, len(whole)+50), one+9), 1 << 40, blockRows},
		"tail changed, header changed": {changed(changed(listed, len(listed)-9), one+9), 1 << 40, blockRows},
		"list alone":                   {list, 1 << 40, 0},
	} {
		if x := open(t, k, c.index, c.results); rows(x) != c.rows {
			t.Errorf("%s: %d rows, want %d", name, rows(x), c.rows)
		}
	}
	x := open(t, k, changed(whole, one+headerSize+5), 1<<40)
	if intact, err := x.Check(); intact || err != nil || rows(x) != blockRows || x.Size() != int64(one) {
		t.Errorf("damaged entries: intact %v, %v, %d rows", intact, err, rows(x))
	}
	if intact, err := open(t, k, whole, 1<<40).Check(); !intact || err != nil {
		t.Errorf("intact %v, %v", intact, err)
	}
}

// A search of an index with a list reads the list, and a window of each block.
func TestListSavesReads(t *testing.T) {
	k := key(t)
	for n, want := range map[int]int{1000: 1 + 1, 2*blockRows + 77: 1 + 3, 103 * 1000: 1 + 1} {
		index := build(t, k, n, user)
		reads := &counted{Reader: bytes.NewReader(index)}
		x, err := Open(reads, int64(len(index)), 1<<40, k)
		if err != nil {
			t.Fatal(err)
		}
		if find(t, x, user(n/2)); reads.n != want {
			t.Errorf("%d rows: %d reads, want %d", n, reads.n, want)
		}
	}
}

// counted counts reads.
type counted struct {
	*bytes.Reader
	n int
}

func (c *counted) ReadAt(p []byte, at int64) (int, error) {
	c.n++
	return c.Reader.ReadAt(p, at)
}

// A list that is longer than what is read at once is read as a whole.
func TestLongList(t *testing.T) {
	var all []block
	at := int64(0)
	for i := range int64(250) {
		b := block{at: at, rows: 3, begin: i * 30, end: (i + 1) * 30}
		all, at = append(all, b), b.next()
	}
	file := appendList(make([]byte, at), all)
	got, err := readList(bytes.NewReader(file), int64(len(file)))
	if err != nil || !slices.Equal(got, all) {
		t.Errorf("%d blocks, %v", len(got), err)
	}
}

// An index that is continued after a stop is as one that was written at once.
func TestContinue(t *testing.T) {
	k, n := key(t), blockRows+20
	whole := build(t, k, n, user)
	part := build(t, k, blockRows, user)
	before := open(t, k, part, 1<<40)
	out := bytes.NewBuffer(part[:before.Size()])
	b := before.Continue(out)
	for i := blockRows; i < n; i++ {
		b.Add(user(i), int64(100+10*i), int64(110+10*i))
	}
	if err := b.Close(); err != nil || !bytes.Equal(out.Bytes(), whole) {
		t.Errorf("%v: %d bytes, want %d", err, out.Len(), len(whole))
	}
}

// An index is compared with results that are complete, lack a row, or have another.
func TestCompare(t *testing.T) {
	k, n := key(t), blockRows+20
	x := open(t, k, build(t, k, n, user), 1<<40)
	for name, c := range map[string]struct {
		id   func(i int) string
		move int64
		skip int
		want bool
	}{
		"the same":      {id: user, skip: -1},
		"another id":    {id: func(i int) string { return user(i + i/(n-3)) }, skip: -1, want: true},
		"a row missing": {id: user, skip: 77, want: true},
		"rows moved":    {id: user, move: 1, skip: -1, want: true},
	} {
		cmp := x.Compare()
		cmp.Add("in front", 50)
		for i := range n {
			if i != c.skip {
				cmp.Add(c.id(i), int64(100+10*i)+c.move)
			}
		}
		cmp.Add("behind", int64(100+10*n)+5)
		if wrong, err := cmp.Wrong(); wrong != c.want || err != nil {
			t.Errorf("%s: wrong %v, %v", name, wrong, err)
		}
	}
}

func changed(b []byte, at int) []byte {
	b = bytes.Clone(b)
	b[at] ^= 0x20
	return b
}

// The index alone tells nothing of an id: without the key no id is found, and none is in it.
func TestNothingWithoutTheKey(t *testing.T) {
	index := build(t, key(t), 1000, func(i int) string { return fmt.Sprint("customer-", i) })
	if bytes.Contains(index, []byte("customer")) {
		t.Error("the index holds an id")
	}
	other, hits := open(t, key(t), index, 1<<40), 0
	for i := range 1000 {
		hits += len(find(t, other, fmt.Sprint("customer-", i)))
	}
	if hits > 1 {
		t.Errorf("another key finds %d of 1000 ids", hits)
	}
	for _, text := range []string{"", "zz", NewKey()[1:], NewKey() + "00"} {
		if _, ok := ParseKey(text); ok {
			t.Errorf("%q is a key", text)
		}
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no room") }

func TestBuilderKeepsItsError(t *testing.T) {
	b := NewBuilder(full{}, key(t))
	b.Add("a", 0, 10)
	if err := b.Close(); err == nil {
		t.Error("no error")
	}
	b.Add("b", 10, 20)
	if err := b.Close(); err == nil {
		t.Error("no error the second time")
	}
}

// A block covers less than an entry has bits for, however long its rows are.
func TestLongRows(t *testing.T) {
	var out bytes.Buffer
	k := key(t)
	b := NewBuilder(&out, k)
	for i := range int64(5) {
		b.Add(user(int(i)), i<<30, (i+1)<<30)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	x := open(t, k, out.Bytes(), 1<<40)
	if len(x.blocks) != 3 || !slices.Contains(find(t, x, "u-4"), 4<<30) {
		t.Errorf("%d blocks, %v", len(x.blocks), find(t, x, "u-4"))
	}
}

func BenchmarkAdd(b *testing.B) {
	x := NewBuilder(new(discard), key(b))
	ids := make([]string, 1000)
	for i := range ids {
		ids[i] = fmt.Sprint("cust-00", i)
	}
	b.ReportAllocs()
	i := int64(0)
	for b.Loop() {
		x.Add(ids[i%1000], i*100, i*100+100)
		i++
	}
}

type discard struct{}

func (*discard) Write(p []byte) (int, error) { return len(p), nil }

// rows counts the rows that an index covers.
func rows(x *Index) int {
	n := 0
	for i := range x.blocks {
		n += x.blocks[i].rows
	}
	return n
}
