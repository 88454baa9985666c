package entries

import "usersync/sync/ledger/idset"

// AddsAll says that the scope is empty, and that only this process adds to it, and calls Add
// for each id. Ids that were not added are then not looked up: a first load has no others.
func (v *Reader) AddsAll() { v.added.CompareAndSwap(nil, idset.New()) }

// OthersAdd says that AddsAll is true no longer.
func (v *Reader) OthersAdd() { v.added.Store(nil) }

// Add says that the scope is about to get an id, which may differ from its own fold.
func (v *Reader) Add(id string) {
	if added := v.added.Load(); added != nil {
		added.Add(id)
	}
	if isOther(id) {
		v.folded.some.Store(true)
	}
}

// perhaps returns those of p that the scope may have.
func (v *Reader) perhaps(p idList) idList {
	added := v.added.Load()
	if added == nil {
		return p
	}
	some := idList{at: []int{}}
	for i, id := range p.ids {
		if added.MayHave(id) {
			some.ids, some.at = append(some.ids, id), append(some.at, p.index(i))
		}
	}
	return some
}
