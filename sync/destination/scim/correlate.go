package scim

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"usersync/sync/destination/scim/internal/resource"
	"usersync/sync/user"
)

// The places of users with no operation, or with contradicting ones.
const (
	unnamed = -1
	twice   = -2
)

// assign finds the operation for each user: by bulkId for a POST, by location or path
// for the rest. It assigns operations that name no user only if there is just one way
// to do it.
func (d *decoder) assign(op user.Op, records []*user.Record, list []operation) []int {
	at := slices.Repeat([]int{unnamed}, len(records))
	owners, unnamedOps, ordered, unknown := d.owners(op, records), []int(nil), true, false
	for n := range list {
		i, names := owners(&list[n], n, at)
		switch {
		case !names:
			unnamedOps = append(unnamedOps, n)
			continue
		case i < 0:
			unknown = true
			continue
		case at[i] == unnamed:
			at[i] = n
		case at[i] == twice || number(list[at[i]].Status) != number(list[n].Status):
			at[i] = twice
		}
		ordered = ordered && i == n
	}
	named := len(list) - len(unnamedOps)
	if unknown || len(list) != len(records) || len(unnamedOps) == 0 {
		return at
	}
	if len(unnamedOps) == 1 || ordered && named > 1 && named >= len(unnamedOps) || named == 0 && sameStatus(op, list) {
		fill(at, unnamedOps)
	}
	return at
}

// fill assigns the operations that name no user to the users without one, in order. A
// server may reorder (RFC 7644 3.7), but one that has the others in order has these in
// order too, and a single one can only be about the single user left.
func fill(at, unnamedOps []int) {
	for i := range at {
		if at[i] == unnamed && len(unnamedOps) > 0 {
			at[i], unnamedOps = unnamedOps[0], unnamedOps[1:]
		}
	}
}

// sameStatus reports whether all operations say the same, so it does not matter which
// user each is about. A successful create returns a key, so there it does matter.
func sameStatus(op user.Op, list []operation) bool {
	status := number(list[0].Status)
	return status != 0 && !(op == user.Create && status/100 == 2) &&
		!slices.ContainsFunc(list, func(o operation) bool { return number(o.Status) != status })
}

// owners returns a function that finds the user that an operation names. names is false
// if it names no user, and the index is -1 if it names an unknown one.
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
		if m := resource.Scalar(o.Method); m != "" && !strings.EqualFold(m, method) {
			return -1, true
		}
		if method == http.MethodPost {
			return byBulkID(resource.Scalar(o.BulkID), len(records))
		}
		for _, address := range [...]string{resource.Scalar(o.Location), resource.Scalar(o.Path)} {
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

// nearest picks among users with the same key the one at the operation's own index,
// otherwise the first without an operation.
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
