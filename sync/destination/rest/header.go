package rest

import (
	"context"
	"maps"
	"net/http"

	"usersync/sync/telemetry"
)

// common are the headers that calls have in common while the token and the media type stay. The
// transport only reads the headers of a call, so those that add none share them.
type common struct {
	token         bearer
	media         []string
	bare, content http.Header // without and with a body
}

func (c *Client) makeCommon(token bearer, media []string) *common {
	bare := http.Header{"User-Agent": c.agent, "Accept": media}
	if token.header != nil {
		bare[token.name] = token.header
	}
	content := maps.Clone(bare)
	content["Content-Type"] = media
	return &common{token: token, media: media, bare: bare, content: content}
}

// of returns the headers of a call with or without a body. Do not change them.
func (c *common) of(body bool) http.Header {
	if body {
		return c.content
	}
	return c.bare
}

// commonHeader returns the headers that a call has besides its own. Do not change them.
func (c *Client) commonHeader(token bearer, body bool) http.Header {
	now, media := c.common.Load(), c.mediaNow()
	if now == nil || now.token.number != token.number || &now.media[0] != &media[0] {
		now = c.makeCommon(token, media)
		c.common.Store(now)
	}
	return now.of(body)
}

// header returns the headers of a call; nothing may change them.
func (c *Client) header(ctx context.Context, r Request, token bearer) http.Header {
	header, parent, condition := c.commonHeader(token, r.Append != nil), telemetry.Traceparent(ctx), c.learned.condition(r.Method)
	if len(r.Header) == 0 && parent == "" && condition == nil && c.sign == nil {
		return header
	}
	header = maps.Clone(header)
	if condition != nil {
		header["If-Match"] = condition
	}
	maps.Copy(header, r.Header)
	if parent != "" {
		header["Traceparent"] = []string{parent}
	}
	return header
}
