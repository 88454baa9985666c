package verify

import "fmt"

const indexFile = "index"

// startIndex makes ready to compare the index with the results. That of a run that has not
// ended is checked when the run is resumed.
func (v *verifier) startIndex() {
	if x := v.files.Index; x != nil && x.Index != nil && !v.killed() {
		v.index = x.Compare()
	}
}

// checkIndex compares the index with the results. Without an index, results are read, so only
// an index that leads elsewhere is a fault.
func (v *verifier) checkIndex() {
	x := v.files.Index
	switch {
	case x == nil || v.killed():
	case x.Index == nil:
		v.note("it is missing: explain reads the results instead")
	case v.unreadable > 0: // of these no one knows what the index should say
	default:
		wrong, err := v.index.Wrong()
		switch _, to := x.Covered(); {
		case err != nil:
			v.find(indexFile, 0, "%s", err)
		case wrong:
			v.find(indexFile, 0, "it is not that of the results, and explain would miss users: remove it, and explain reads the results instead")
		case to < x.Results && v.verdict.Records > 0:
			v.note(fmt.Sprintf("it ends at byte %d of the results, which have %d: explain reads the rest", to, x.Results))
		}
	}
}

func (v *verifier) note(what string) {
	v.verdict.Notes = append(v.verdict.Notes, Finding{File: indexFile, What: what})
}
