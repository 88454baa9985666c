package owned

// forget drops the oldest keys: those that the ledger holds by now or, without one, that
// are too many. A key is only dropped after the ledger holds it, and the ledger is only
// asked after the key was looked for here, so no claim falls between the two.
func (o *Owners) forget() {
	checkpoint := 0
	if o.options.Checkpointed != nil && len(o.order) > 0 {
		checkpoint = o.options.Checkpointed()
	}
	n := 0
	for n < len(o.order) && o.forgets(o.keys[o.order[n]], checkpoint, len(o.order)-n) {
		delete(o.keys, o.order[n])
		n++
	}
	o.order = o.order[n:]
}

func (o *Owners) forgets(oldest *owner, checkpoint, kept int) bool {
	switch {
	case oldest == nil:
		return true
	case oldest.asking != nil:
		return false
	case o.options.Checkpointed == nil:
		return kept > Most
	}
	return oldest.record <= checkpoint
}
