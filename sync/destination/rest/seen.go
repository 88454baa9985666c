package rest

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"

	"usersync/sync/destination"
	"usersync/sync/destination/traffic"
)

// seen is a call that is to be described; nil if none is.
type seen struct {
	recorder *traffic.Recorder
	call     traffic.Call
	told     bool
}

func (c *Client) seen(r Request, sent *http.Request, body []byte) *seen {
	if c.traffic == nil {
		return nil
	}
	return &seen{recorder: c.traffic, call: traffic.Call{Began: time.Now(), Request: sent, Body: body, Records: r.Records, Words: c.words}}
}

// broke describes a call without an answer.
func (s *seen) broke(code string) {
	if s != nil {
		s.call.Took = time.Since(s.call.Began)
		s.ended(code)
	}
}

// answered keeps what is to be described of the answer: its body is used again for others.
func (s *seen) answered(a *Answer) {
	if s != nil {
		s.call.Took, s.call.Status, s.call.Header = time.Since(s.call.Began), a.Status, a.Header
		s.call.Answer, s.call.RequestID = bytes.Clone(a.Body), a.RequestID
	}
}

// ended describes the call once, as soon as its level wants it: a fault may be found in an
// answer that looked like a success.
func (s *seen) ended(code string) {
	if s == nil || s.told {
		return
	}
	s.call.Fault = code
	s.told = s.recorder.Record(&s.call)
}

// await describes a call that was answered with a success if one of its records turns out
// not to have succeeded, such as in an answer with an error for each.
func (s *seen) await(ctx context.Context) {
	if s == nil || s.told || s.recorder.Level != traffic.Errors {
		return
	}
	destination.IfFailed(ctx, s.call.Records, func() {
		if s.call.Refused = true; !s.told {
			s.told = s.recorder.Record(&s.call)
		}
	})
}

// describe makes a call for a token, and describes it.
func (g grants) describe(r *http.Request) (*http.Response, error) {
	s := &seen{recorder: g.traffic, call: traffic.Call{Began: time.Now(), Token: true, Request: r, Words: g.words}}
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		r.Body, s.call.Body = io.NopCloser(bytes.NewReader(body)), body
	}
	response, err := g.transport.RoundTrip(r)
	if err != nil {
		code, _ := cause(r.Context(), err)
		s.broke(code)
		return nil, err
	}
	hangUpOnUpgrade(response)
	text, err := io.ReadAll(io.LimitReader(response.Body, keptBytes))
	if closed := response.Body.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(text))
	s.call.Took, s.call.Status, s.call.Header, s.call.Answer = time.Since(s.call.Began), response.StatusCode, response.Header.Clone(), text
	s.ended("")
	return response, nil
}
