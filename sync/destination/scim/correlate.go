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
// or path for the rest, and by position where an operation tells neither and the
// others all stand in the order of the call.
func (c *Client) assign(op user.Op, records []*user.Record, list []operation) []int {
	at := slices.Repeat([]int{unnamed}, len(records))
	owners, loose, ordered := c.owners(op, records), []int(nil), len(list) == len(records)
	for n := range list {
		i, names := owners(&list[n], n, at)
		switch {
		case !names:
			loose = append(loose, n)
		case i < 0:
			ordered = false
		case at[i] == unnamed:
			at[i] = n
		case at[i] == twice || number(list[at[i]].Status) != number(list[n].Status):
			at[i] = twice
		}
		ordered = ordered && (!names || i == n)
	}
	for _, n := range loose {
		if ordered && at[n] == unnamed && list[n].Status != nil {
			at[n] = n
		}
	}
	return at
}

// owners tells the place of the user whom an operation names; names is false if
// it names nobody at all, and the place -1 if it names a stranger.
func (c *Client) owners(op user.Op, records []*user.Record) func(o *operation, n int, at []int) (i int, names bool) {
	method := c.method(op)
	places := map[string][]int{}
	for i, r := range records {
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
			if k := key(address); k != "" {
				return nearest(places[k], n, at), true
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
