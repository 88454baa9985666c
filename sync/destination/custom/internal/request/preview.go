package request

import (
	"net/url"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// Preview returns the request for the record alone, with every value of the user masked to
// its kind and length, and every secret of the config to user.Mask. Its URL begins after the
// base URL. It returns false if the request has no body that can be shown.
func (q *Request) Preview(c Common, r *user.Record) (destination.Preview, bool) {
	p := destination.Preview{Method: q.Method, URL: q.maskedURL(c, r), Headers: q.maskedHeaders(c, r)}
	if q.body == nil {
		return p, true
	}
	body, err := q.encode(c, []*user.Record{r}, true)
	text := jsontext.Value(body)
	if err != nil || text.Indent(jsontext.WithIndent("  ")) != nil {
		return p, false
	}
	p.Body = string(text)
	return p, true
}

func (q *Request) maskedURL(c Common, r *user.Record) string {
	one := q.newRow(c, r)
	one.masked = true
	address := ""
	for _, t := range q.path {
		text, has, err := t.fill(one)
		if err != nil || !has {
			text = "<" + t.text + ">"
		}
		if !t.ofUser() {
			text = url.PathEscape(text)
		}
		address += "/" + text
	}
	separator := "?"
	for _, p := range q.query {
		text, has, err := p.value.fill(one)
		if err != nil || !has {
			continue
		}
		if !p.value.ofUser() {
			text = url.QueryEscape(text)
		}
		address += separator + url.QueryEscape(p.name) + "=" + text
		separator = "&"
	}
	return address
}

func (q *Request) maskedHeaders(c Common, r *user.Record) []string {
	one := q.newRow(c, r)
	one.masked = true
	var lines []string
	for _, p := range slices.Concat(c.Headers, q.headers) {
		text, has, err := p.value.fill(one)
		switch {
		case p.secret:
			text = user.Mask
		case err != nil || !has:
			continue
		}
		lines = append(lines, p.name+": "+text)
	}
	return lines
}
