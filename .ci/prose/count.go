package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
)

// printCounts prints how often each word occurs, by kind, with the rate per 10,000
// words read of that kind, and how many of these are fine. Then it prints each
// kind's findings by folder.
func printCounts(w io.Writer, found []finding, words map[string]int) {
	byWord, fine, byFolder := map[string]map[string]int{}, map[string]map[string]int{}, map[string]map[string]int{}
	for _, f := range found {
		add(byWord, f.kind, f.word)
		if f.fine {
			add(fine, f.kind, f.word)
		} else {
			add(byFolder, f.kind, path.Dir(f.path))
		}
	}
	for _, kind := range slices.Sorted(maps.Keys(byWord)) {
		fmt.Fprintf(w, "%s: %d words\n", kind, words[kind])
		for _, word := range sorted(byWord[kind]) {
			n := byWord[kind][word]
			fmt.Fprintf(w, "  %5d  %6.1f per 10,000  %5d fine  %s\n", n, float64(n)*1e4/float64(max(words[kind], 1)), fine[kind][word], word)
		}
		for _, folder := range sorted(byFolder[kind]) {
			fmt.Fprintf(w, "  %5d  %s/\n", byFolder[kind][folder], folder)
		}
	}
}

func add(counts map[string]map[string]int, kind, key string) {
	if counts[kind] == nil {
		counts[kind] = map[string]int{}
	}
	counts[kind][key]++
}

// sorted returns the keys, the most frequent first.
func sorted(counts map[string]int) []string {
	return slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(counts[b]-counts[a], cmp.Compare(a, b))
	})
}
