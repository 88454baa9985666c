package sandbox

import (
	"fmt"
	"slices"
)

// free says whether a user of this key could hold these marks. Called under the lock.
func (u *Users) free(key string, marks []Mark) error {
	for _, m := range marks {
		if !m.Unique || m.Value == "" {
			continue
		}
		if value := u.marks[markKey{m.Name, m.Value}]; value != nil && slices.ContainsFunc(value.Keys, func(k string) bool { return k != key }) {
			return &TakenError{Mark: m.Name}
		}
	}
	return nil
}

func (u *Users) hold(key string, marks []Mark, created uint32) {
	for _, m := range marks {
		if m.Value == "" {
			continue
		}
		k := markKey{m.Name, m.Value}
		value := u.marks[k]
		if value == nil {
			value = &Marked{}
			u.marks[k] = value
		}
		value.Created += created
		value.Keys = append(value.Keys, key)
		value.Most = max(value.Most, len(value.Keys))
		u.held[key].marks = append(u.held[key].marks, m)
	}
}

func (u *Users) release(key string) {
	h := u.held[key]
	for _, m := range h.marks {
		value := u.marks[markKey{m.Name, m.Value}]
		value.Keys = slices.DeleteFunc(value.Keys, func(k string) bool { return k == key })
	}
	h.marks = nil
}

// strikeOut leaves a gap, so that deleting many costs no copy for each.
func (u *Users) strikeOut(key string) {
	u.order[u.held[key].at] = ""
	u.gone++
	delete(u.held, key)
	if u.gone > len(u.order)/2 {
		u.sweep()
	}
}

func (u *Users) sweep() {
	if u.gone == 0 {
		return
	}
	u.order, u.gone = slices.DeleteFunc(u.order, func(k string) bool { return k == "" }), 0
	for i, key := range u.order {
		u.held[key].at = i
	}
}

func (u *Users) marked(name, value string) Marked {
	u.mu.Lock()
	defer u.mu.Unlock()
	m := u.marks[markKey{name, value}]
	if m == nil {
		return Marked{}
	}
	return Marked{Created: m.Created, Most: m.Most, Keys: slices.Clone(m.Keys)}
}

// doubled counts, by the name of the mark, the values that several users held at once.
func (u *Users) doubled() map[string]uint64 {
	u.mu.Lock()
	defer u.mu.Unlock()
	var all map[string]uint64
	for k, m := range u.marks {
		if m.Most < 2 {
			continue
		}
		if all == nil {
			all = map[string]uint64{}
		}
		all[k.name]++
	}
	return all
}

func (u *Users) reset() {
	u.mu.Lock()
	defer u.mu.Unlock()
	clear(u.marks)
	clear(u.held)
	u.order, u.gone, u.keys = nil, 0, 0
}

// newKey has the form of a random UUID (RFC 9562 5.4).
func (u *Users) newKey(seed uint64) string {
	u.mu.Lock()
	u.keys++
	high, low := mix(seed^mix(u.keys)), mix(mix(seed)^u.keys)
	u.mu.Unlock()
	high, low = high&^0xf000|0x4000, low&^(3<<62)|2<<62
	return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", high>>32, high>>16&0xffff, high&0xffff, low>>48, low&(1<<48-1))
}
