package answer

import (
	"slices"

	"usersync/sync/destination/custom/internal/document"
	"usersync/sync/destination/custom/internal/request"
	"usersync/sync/user"
)

// Check reports, as a *document.Error at the call a, whether the parts of the layout fit each
// other and a call that carries several users, or one.
func (w *Layout) Check(a document.Node, several bool) error {
	lists := len(w.lists()) > 0 || len(w.buckets) > 0
	switch {
	case several && !lists && w.absent != absentSucceeded:
		return a.Fault("carries several users, but its answer describes none", "say where the answer does (results, errors, done, buckets), or absent: succeeded")
	case several && w.key != nil:
		return a.Fault("carries several users, but key: of its answer is about one", "put key: into results:, errors: or done:")
	case !lists && w.absent == absentFailed:
		return a.Fault("is settled as a whole, so absent: failed has no effect", "remove absent:")
	}
	return nil
}

// ShowsRemote reports whether some part of the answer shows the key that the API assigned.
func (w *Layout) ShowsRemote() bool {
	return w.top.remote != nil || slices.ContainsFunc(w.lists(), func(l *entries) bool { return l != w.errors && l.remote != nil })
}

// TellsUpdates reports whether an answer to an upsert tells updated users from created ones.
func (w *Layout) TellsUpdates() bool {
	lists := w.lists()
	return w.top.created != nil || slices.ContainsFunc(lists, func(l *entries) bool { return l.created != nil || l.as == meansUpdated })
}

// Defines reports whether the config says what a status or a code means.
func (w *Layout) Defines(text string) bool {
	_, said := w.meanings[text]
	return said
}

// CheckKeys reports, as a *user.InvalidError, a record that could not be found in the answer.
func (w *Layout) CheckKeys(api *API, r *user.Record) error {
	for _, by := range w.keysets() {
		if len(api.keysOf(by, r, 0)) == 0 {
			return user.NewInvalidError("missing_field", firstOf(by), "is the key of the user in the answer, and the record has none", "fill the column, or map it under fields:")
		}
	}
	return nil
}

// keysets returns the keys that identify users in the answer.
func (w *Layout) keysets() (all [][]request.Template) {
	if len(w.buckets) > 0 {
		all = append(all, w.keyedBy)
	}
	for _, l := range w.lists() {
		switch {
		case l.key == nil:
		case l.keyedBy != nil:
			all = append(all, l.keyedBy)
		default:
			all = append(all, w.keyedBy)
		}
	}
	return all
}

// Names returns the names in the keys of the answer.
func (w *Layout) Names() (names []user.Field) {
	for _, by := range append(w.keysets(), w.keyedBy) {
		for _, t := range by {
			names = append(names, t.Names()...)
		}
	}
	return names
}

// firstOf returns the field that the first of the keys needs.
func firstOf(by []request.Template) user.Field {
	for _, t := range by {
		for _, name := range t.Names() {
			return name
		}
	}
	return user.ID
}
