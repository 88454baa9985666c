package answer

import (
	"strconv"

	"usersync/sync/destination/custom/internal/jsontree"
	"usersync/sync/user"
)

// findUnread finds errors that the config does not read: a success with errors
// inside is not a success.
func (r *reading) findUnread(v *jsontree.Value) {
	if v.Kind != '{' {
		return
	}
	for i, name := range v.Names {
		item := &v.Items[i]
		switch {
		case r.layout.looksAt(name):
		case (name == "errors" || name == "error") && !item.Blank(),
			(name == "success" || name == "ok") && item.Kind == 'f':
			r.broken = "errors_unread"
		}
	}
}

func (w *Layout) looksAt(name string) bool {
	all := append([]jsontree.Pointer{w.key, w.count}, w.top.pointers()...)
	for _, l := range w.lists() {
		all = append(all, l.at)
	}
	for _, b := range w.buckets {
		all = append(all, b.at)
	}
	for _, p := range all {
		if len(p) > 0 && p[0] == name {
			return true
		}
	}
	return false
}

// checkCount compares the answer's number of successes with the number of users
// without a failure.
func (r *reading) checkCount(v *jsontree.Value) error {
	w := r.layout
	if w.count == nil || r.statusFor(w.meaningOf("", strconv.Itoa(r.status), meansInDoubt)) == user.Accepted {
		return nil
	}
	n, err := strconv.Atoi(w.count.Text(v))
	if err != nil {
		n = -1
	}
	for _, notes := range r.notes {
		if r.worst(notes) < 0 {
			n--
		}
	}
	if n != 0 && r.broken == "" {
		r.broken = "other_count"
	}
	return nil
}
