package run

import "usersync/sync/user"

// alreadyRenamed counts the users that earlier parts of the run gave a new id: the limit is
// that of the whole run.
func (s *start) alreadyRenamed() int {
	return s.files.Counts().Of(user.Updated, user.CodeRenamed) + s.renamed
}

// renamedIn counts the outcomes of users with a new id.
func renamedIn(settled []user.Settled) (n int) {
	for _, o := range settled {
		if o.Code == user.CodeRenamed {
			n++
		}
	}
	return n
}
