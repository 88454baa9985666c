package sandbox

import (
	"errors"
	"net/http"

	"github.com/go-json-experiment/json/jsontext"
)

const notFound = "User not found"

var errOneWay = errors.New("historicalTransactionsSent cannot be set back to false")

// update is PUT: 200 with the updated user, 404 for an unknown one; it never creates.
func (s kardAPI) update(c *call) {
	s.inject.refuseSome(c)
	if len(c.errors) > 0 {
		s.answerErrors(c)
		return
	}
	var now []byte
	found, err := s.users.update([]byte(c.key), func(old []byte) (changed []byte, err error) {
		now, err = s.change(old, c.items[0].attributes)
		return now, err
	})
	switch {
	case err != nil:
		c.refuseUser(http.StatusBadRequest, err.Error(), "/data/attributes/historicalTransactionsSent")
	case !found:
		c.refuseUser(http.StatusNotFound, notFound, "")
	default:
		s.counters.updated.Add(1)
		s.answerUser(c, now)
	}
}

// change merges an update into a user. The one-way flag stays if it is left out, whatever Put says.
func (s kardAPI) change(old, with []byte) ([]byte, error) {
	was, now := split(old), split(with)
	if sent := now[historicalTransactionsSent]; string(sent) == "false" && string(was[historicalTransactionsSent]) == "true" {
		return nil, errOneWay
	}
	for a := range now {
		if now[a] == nil && (s.options.Put != Replace || attribute(a) == historicalTransactionsSent) {
			now[a] = was[a]
		}
	}
	return now.append(make([]byte, 0, len(old)+len(with))), nil
}

// remove is DELETE: 200 with the deleted user. The id can be created again.
func (s kardAPI) remove(c *call) {
	was, found := s.users.remove([]byte(c.key), nil)
	if !found {
		c.refuseUser(http.StatusNotFound, notFound, "")
		return
	}
	s.counters.deleted.Add(1)
	s.answerUser(c, was)
}

func (s kardAPI) find(c *call) {
	u, ok := s.users.user(c.key)
	if !ok || !u.Held {
		c.refuseUser(http.StatusNotFound, notFound, "")
		return
	}
	s.answerUser(c, u.Attributes)
}

func (s kardAPI) answerUser(c *call, attributes []byte) {
	// The key is UTF-8: route has checked it.
	rawID, _ := jsontext.AppendQuote(nil, c.key)
	c.out = append(c.out[:0], `{"data":`...)
	c.out = append(appendUser(c.out, rawID, attributes), '}')
	s.deliver(c, http.StatusOK)
}

// answerErrors refuses a call about one user; the call's status is that of the first error.
func (s kardAPI) answerErrors(c *call) {
	list := make([]errorObject, len(c.errors))
	for i, e := range c.errors {
		list[i] = s.describe(c, e)
	}
	c.out = appendErrors(c.out[:0], list...)
	c.answer(c.errors[0].status)
}
