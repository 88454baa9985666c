package sandbox

import (
	"fmt"
	"slices"
)

// checkFree returns an error if a user with this key could not have these lookup keys. The caller holds the lock.
func (u *Users) checkFree(key string, lookupKeys []LookupKey) error {
	for _, m := range lookupKeys {
		if !m.Unique || m.Value == "" {
			continue
		}
		if value := u.lookup[lookupValue{m.Name, m.Value}]; value != nil && slices.ContainsFunc(value.Keys, func(k string) bool { return k != key }) {
			return &TakenError{LookupKey: m.Name}
		}
	}
	return nil
}

func (u *Users) addKeys(key string, lookupKeys []LookupKey, created uint32) {
	for _, m := range lookupKeys {
		if m.Value == "" {
			continue
		}
		k := lookupValue{m.Name, m.Value}
		value := u.lookup[k]
		if value == nil {
			value = &LookupState{}
			u.lookup[k] = value
		}
		value.Created += created
		value.Keys = append(value.Keys, key)
		value.Most = max(value.Most, len(value.Keys))
		u.held[key].lookupKeys = append(u.held[key].lookupKeys, m)
	}
}

func (u *Users) removeKeys(key string) {
	h := u.held[key]
	for _, m := range h.lookupKeys {
		value := u.lookup[lookupValue{m.Name, m.Value}]
		value.Keys = slices.DeleteFunc(value.Keys, func(k string) bool { return k == key })
	}
	h.lookupKeys = nil
}

// leaveGap leaves a gap in the order, so that a delete copies nothing.
func (u *Users) leaveGap(key string) {
	u.order[u.held[key].at] = ""
	u.gaps++
	delete(u.held, key)
	if u.gaps > len(u.order)/2 {
		u.closeGaps()
	}
}

func (u *Users) closeGaps() {
	if u.gaps == 0 {
		return
	}
	u.order, u.gaps = slices.DeleteFunc(u.order, func(k string) bool { return k == "" }), 0
	for i, key := range u.order {
		u.held[key].at = i
	}
}

func (u *Users) lookupState(name, value string) LookupState {
	u.mu.Lock()
	defer u.mu.Unlock()
	m := u.lookup[lookupValue{name, value}]
	if m == nil {
		return LookupState{}
	}
	return LookupState{Created: m.Created, Most: m.Most, Keys: slices.Clone(m.Keys)}
}

// duplicates counts, by the name of the lookup key, the values that several users had at once.
func (u *Users) duplicates() map[string]uint64 {
	u.mu.Lock()
	defer u.mu.Unlock()
	var all map[string]uint64
	for k, m := range u.lookup {
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
	clear(u.lookup)
	clear(u.held)
	u.order, u.gaps, u.keys = nil, 0, 0
}

// newKey returns a key in the form of a random UUID (RFC 9562 5.4).
func (u *Users) newKey(seed uint64) string {
	u.mu.Lock()
	u.keys++
	high, low := mix(seed^mix(u.keys)), mix(mix(seed)^u.keys)
	u.mu.Unlock()
	high, low = high&^0xf000|0x4000, low&^(3<<62)|2<<62
	return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", high>>32, high>>16&0xffff, high&0xffff, low>>48, low&(1<<48-1))
}
