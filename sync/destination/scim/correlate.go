package scim

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"usersync/sync/user"
)

// The places of users whom no operation, or more than one, is about.
const (
	unnamed = -1
	twice   = -2
)

// assign finds the operation about each user: by bulkId for a POST, by location
// or path for the rest, and where an operation tells neither only if there is
// but one meaning to it.
func (d *decoder) assign(op user.Op, records []*user.Record, list []operation) []int {
	at := slices.Repeat([]int{unnamed}, len(records))
	owners, loose, ordered, strange := d.owners(op, records), []int(nil), true, false
	for n := range list {
		i, names := owners(&list[n], n, at)
		switch {
		case !names:
			loose = append(loose, n)
			continue
		case i < 0:
			strange = true
			continue
		case at[i] == unnamed:
			at[i] = n
		case at[i] == twice || number(list[at[i]].Status) != number(list[n].Status):
			at[i] = twice
		}
		ordered = ordered && i == n
	}
	named := len(list) - len(loose)
	if strange || len(list) != len(records) || len(loose) == 0 {
		return at
	}
	if len(loose) == 1 || ordered && named > 1 && named >= len(loose) || named == 0 && alike(op, list) {
		fill(at, loose)
	}
	return at
}

// fill gives the operations that name nobody to those whom none names, in order:
// a server may reorder (RFC 7644 3.7), but one that has the others in order has
// these too, and a single one can only be about the single user left.
func fill(at, loose []int) {
	for i := range at {
		if at[i] == unnamed && len(loose) > 0 {
			at[i], loose = loose[0], loose[1:]
		}
	}
}

// alike reports whether all is said of everybody: then it matters to nobody who
// is meant. A create that went well says a key, which matters.
func alike(op user.Op, list []operation) bool {
	status := number(list[0].Status)
	return status != 0 && !(op == user.Create && status/100 == 2) &&
		!slices.ContainsFunc(list, func(o operation) bool { return number(o.Status) != status })
}

// owners tells the place of the user whom an operation names; names is false if
// it names nobody at all, and the place -1 if it names a stranger.
func (d *decoder) owners(op user.Op, records []*user.Record) func(o *operation, n int, at []int) (i int, names bool) {
	method := d.method(op)
	places := map[string][]int{}
	for i, r := range records {
		if r.Remote == "" {
			continue
		}
		places[r.Remote] = append(places[r.Remote], i)
	}
	return func(o *operation, n int, at []int) (int, bool) {
		if m := says(o.Method); m != "" && !strings.EqualFold(m, method) {
			return -1, true
		}
		if method == http.MethodPost {
			return byBulkID(says(o.BulkID), len(records))
		}
		for _, address := range [...]string{says(o.Location), says(o.Path)} {
			if address != "" {
				return nearest(places[key(address)], n, at), true
			}
		}
		return -1, false
	}
}

func byBulkID(id string, users int) (int, bool) {
	i, err := strconv.Atoi(id)
	if err != nil || i < 1 || i > users || strconv.Itoa(i) != id {
		return -1, id != ""
	}
	return i - 1, true
}

// nearest picks among users of one key the one at the operation's own place,
// else the first who has none yet.
func nearest(places []int, n int, at []int) int {
	if slices.Contains(places, n) {
		return n
	}
	for _, i := range places {
		if at[i] == unnamed {
			return i
		}
	}
	if len(places) > 0 {
		return places[0]
	}
	return -1
}
