// Package rest is JSON over HTTP for all the clients: one attempt of one call, its
// credentials, and how a status or a broken connection becomes a
// destination.CallError.
//
// It never sends anything twice. Retries and pacing are the middleware's (package
// stack), and redirects are never followed. What a body means is up to each client.
//
// Start at Client.Do; fault.go holds the rules for what may be sent again.
package rest

import (
	"context"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"usersync/sync/destination"
	"usersync/sync/destination/problem"
	"usersync/sync/destination/traffic"
	"usersync/sync/destination/vocabulary"
	"usersync/sync/user"
)

// Client makes calls to one API. It is safe for concurrent use.
type Client struct {
	base      *url.URL
	transport http.RoundTripper
	own       bool // the transport is ours, so its trace can be believed
	timeout   time.Duration
	agent     []string
	media     []string
	sign      func(*http.Request, []byte)
	observe   func(int, http.Header)
	errorText func([]byte) string
	words     *vocabulary.Vocabulary
	traffic   *traffic.Recorder
	tokens    *tokens
	learned   learned
	common    atomic.Pointer[common]
	answers   sync.Pool // *bytes.Buffer
	requests  sync.Pool // *[]byte
}

// New returns a client, or an error that says which setting is wrong. The error
// never shows a secret. New makes no call.
func New(config Config) (*Client, error) {
	config = config.withDefaults()
	base, err := config.address("base_url", config.BaseURL)
	if err != nil {
		return nil, err
	}
	transport, own, err := config.transport()
	if err != nil {
		return nil, err
	}
	tokens, err := config.tokens(transport)
	if err != nil {
		return nil, err
	}
	return &Client{
		base: base, transport: transport, own: own, timeout: config.Timeout,
		agent: []string{"usersync/" + config.Version}, media: []string{config.Media}, sign: config.Sign, observe: config.Observe, errorText: config.ErrorText, words: config.Words, traffic: config.Traffic, tokens: tokens,
	}, nil
}

// CloseIdle closes the connections that no call uses.
func (c *Client) CloseIdle() {
	if t, ok := c.transport.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

// Do makes one attempt of one call and reads the answer to its end.
//
// A call whose answer shows that the API wants another media type (415) or a
// condition (428) is NotTaken, once: the next calls are made that way.
//
// An Answer is any 2xx, and any 4xx whose meaning is up to the client: 400, 404
// outside a collection, 409, 413, 422 and those without a rule of their own. The
// caller must Release it. All others are a *destination.CallError, by the rules in
// fault.go. When ctx ends, errors.Is(err, ctx.Err()) is true and the code is
// "canceled"; the client's own timeout has the code "timeout".
func (c *Client) Do(ctx context.Context, r Request) (*Answer, error) {
	token, err := c.tokens.take(ctx)
	if err != nil {
		return nil, err
	}
	call, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	var w writeWatch
	sent, body := c.request(w.watch(call), r, token)
	seen := c.seen(r, sent, body)
	response, err := c.transport.RoundTrip(sent)
	if err != nil {
		ce := broken(ctx, err, w.mayHaveWritten(c.own, err))
		seen.broke(ce.Code)
		destination.CallEnded(ctx, r.Method, destination.Ending{Code: ce.Code})
		return nil, ce
	}
	hangUpOnUpgrade(response)
	token.dropHeaders(response.Header)
	defer response.Body.Close()
	if c.observe != nil {
		c.observe(response.StatusCode, response.Header)
	}
	a, ce := c.answer(ctx, r, token, sent, response, seen)
	if ce != nil {
		seen.ended(ce.Code)
		destination.CallEnded(ctx, r.Method, destination.Ending{Status: ce.Status, Code: ce.Code, RequestID: ce.RequestID})
		return nil, ce
	}
	a.ended = func(code string) {
		seen.ended(code)
		destination.CallEnded(ctx, r.Method, destination.Ending{Status: response.StatusCode, Code: code, RequestID: a.RequestID})
	}
	a.ended("")
	seen.await(ctx)
	return a, nil
}

// answer reads the body. It separates answers that the client must interpret from
// those that are a fault for every client.
func (c *Client) answer(ctx context.Context, r Request, token bearer, sent *http.Request, response *http.Response, seen *seen) (*Answer, *destination.CallError) {
	c.tokens.answered(r.Method, token, response.StatusCode)
	a := c.read(response)
	a.records = r.Records
	token.redactBody(a)
	a.checkRequestID(r.Records)
	seen.answered(a)
	learned := c.learn(sent, response)
	switch {
	case a.Status == http.StatusUnauthorized:
		return nil, a.fail(r, c.tokens.refusal(r.Method, token))
	case learned != nil:
		return nil, a.fail(r, learned)
	case !isAnswer(a.Status, r.Collection) && !a.forbidsDuplicate(r.Method):
		return nil, a.fail(r, statusFault(response, r.Records))
	case a.err != nil:
		return nil, a.fail(r, truncated(ctx, a.err, a.Status))
	case a.Status/100 == 2 && problem.Is(a.Header.Get("Content-Type")):
		return nil, a.fail(r, &destination.CallError{Status: a.Status, Code: user.CodeContradiction})
	}
	return a, nil
}
