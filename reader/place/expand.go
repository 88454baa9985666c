package place

import (
	"context"
	"path"
	"slices"
	"strings"
)

// Expand returns the objects that a URL names, sorted: those that match it if it is a pattern.
// A star matches within a folder, as for files.
func (o *Opener) Expand(ctx context.Context, shown string) (all []string, isPattern bool, err error) {
	u, _, pinned := o.url(shown)
	prefix, isPattern := u.pattern()
	if !isPattern || pinned {
		return []string{shown}, false, nil
	}
	if _, err := path.Match(u.Path, ""); err != nil {
		return nil, true, &Error{Kind: Misused, Rule: "is not a valid pattern", Err: err}
	}
	s, err := o.store(u)
	if err != nil {
		return nil, true, err
	}
	found, err := ask(ctx, o, func() (found []string, err error) {
		err = s.List(ctx, u, prefix, func(p string) {
			// Consoles make an empty object of a folder's name.
			if matches, _ := path.Match(u.Path, p); matches && !strings.HasSuffix(p, "/") {
				found = append(found, p)
			}
		})
		return found, err
	})
	slices.Sort(found)
	for _, p := range found {
		all = append(all, o.addMatch(u.At(p)))
	}
	return all, true, err
}

// addMatch keeps the query of a pattern for an object that matches it.
func (o *Opener) addMatch(u URL) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	shown := u.String()
	put(&o.given, shown+"?"+u.Query, shown)
	put(&o.secret, shown, u)
	return shown
}
