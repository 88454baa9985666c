package request

import (
	"errors"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/net/http/httpguts"

	"usersync/sync/destination/custom/internal/form"
	"usersync/sync/user"
)

// CheckPath reports, as a *user.InvalidError, a field that the path needs and the record
// does not have. The API's key may become known later.
func (q *Request) CheckPath(c Common, r *user.Record) error {
	one := q.newRow(c, r)
	for _, f := range q.needs {
		if v, has := one.value(f); f != Remote && (!has || v.Kind == user.Clear) {
			return user.NewInvalidError("missing_field", f, "is part of the call's address, and the record has none", "fill the column, or map it under fields:")
		}
	}
	return nil
}

// CheckValues builds the request for this record alone, and reports, as a
// *user.InvalidError, a value that does not fit it.
func (q *Request) CheckValues(c Common, r *user.Record) error {
	var wrong *form.InvalidError
	body, err := q.bodyOf(c, r)
	if err == nil {
		err = q.checkAddress(c, q.newRow(c, r))
	}
	switch {
	case errors.As(err, &wrong):
		return user.NewInvalidError("bad_value", wrong.Field, wrong.Err.Error(), clearHint(wrong))
	case err != nil:
		return user.NewInvalidError("bad_value", "", "cannot be encoded into the call", "")
	case q.maxBytes > 0 && len(body) > q.maxBytes:
		return user.NewInvalidError("too_large", "", "the record alone makes a call larger than max_bytes", "")
	}
	return nil
}

func (q *Request) bodyOf(c Common, r *user.Record) ([]byte, error) {
	if q.body == nil {
		return nil, nil
	}
	return q.encode(c, []*user.Record{r}, false)
}

// checkAddress checks the segments, parameters and headers. Segments that need the
// API's key are not known yet.
func (q *Request) checkAddress(c Common, one *row) error {
	for _, t := range q.path {
		text, has, err := t.fill(one)
		if err != nil {
			return err
		}
		if has && (text == "." || text == ".." || strings.ContainsFunc(text, unicode.IsControl)) {
			return &form.InvalidError{Field: q.needs[0], Err: errAddress}
		}
	}
	for _, p := range slices.Concat(q.query, c.Headers, q.headers) {
		text, _, err := p.value.fill(one)
		if err != nil {
			return err
		}
		if !httpguts.ValidHeaderFieldValue(text) {
			refs := p.value.refs()
			return &form.InvalidError{Field: refs[0].name, Err: errAddress}
		}
	}
	return nil
}

var errAddress = errors.New("holds characters that an address or a header cannot carry")

func clearHint(wrong *form.InvalidError) string {
	if errors.Is(wrong.Err, form.ErrNoClear) {
		return `add clear: null or clear: "" to the section if the API clears so, or remove empty: clear from the mapping`
	}
	return ""
}
