package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/cenkalti/backoff/v5"

	"usersync/sync/user"
)

// tries is how often a notification is sent while the webhook is out of reach or busy.
const tries = 3

// webhook posts messages to an address, which is itself a secret.
type webhook struct {
	address user.Secret
	format  string
	client  *http.Client
	wait    time.Duration // before the second try
}

// send posts the message. No error contains the address.
func (w webhook) send(ctx context.Context, m *Message) error {
	body, err := json.Marshal(w.body(m))
	if err != nil {
		return err
	}
	pause := backoff.NewExponentialBackOff()
	pause.InitialInterval = w.wait
	_, err = backoff.Retry(ctx, func() (struct{}, error) { return struct{}{}, w.post(ctx, body) }, backoff.WithBackOff(pause), backoff.WithMaxTries(tries))
	if err != nil {
		return fmt.Errorf("send to the webhook: %w", err)
	}
	return nil
}

func (w webhook) post(ctx context.Context, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.address.Reveal(), bytes.NewReader(body))
	if err != nil {
		return backoff.Permanent(errors.New("its address is not a URL"))
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := w.client.Do(req)
	if err != nil {
		return withoutAddress(err)
	}
	defer resp.Body.Close()                                      // it was only read
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<16)) // only to use the connection again
	switch {
	case resp.StatusCode < 300:
		return nil
	case resp.StatusCode == http.StatusTooManyRequests, resp.StatusCode >= 500:
		return fmt.Errorf("it answered %d", resp.StatusCode)
	}
	return backoff.Permanent(fmt.Errorf("it answered %d", resp.StatusCode))
}

// withoutAddress removes the URL, which net/http puts into its errors.
func withoutAddress(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// body returns the message in the form that the receiver takes.
func (w webhook) body(m *Message) any {
	switch w.format {
	case "slack":
		return slackBody(m)
	case "teams":
		return teamsBody(m)
	}
	return m
}

// slackBody is a message for an incoming webhook of Slack, with the three characters escaped
// that mean something there.
func slackBody(m *Message) any {
	escape := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	return map[string]string{"text": escape.Replace("*" + m.title() + "*\n" + strings.Join(m.lines(), "\n"))}
}

// teamsBody is an Adaptive Card in the message that a webhook of Microsoft Teams takes, made
// with Workflows. Each line is a text block, because such a text is Markdown, where one line
// break is none.
func teamsBody(m *Message) any {
	blocks := []map[string]any{{"type": "TextBlock", "text": plainMarkdown(m.title()), "weight": "Bolder", "wrap": true}}
	for _, line := range m.lines() {
		blocks = append(blocks, map[string]any{"type": "TextBlock", "text": plainMarkdown(line), "wrap": true, "spacing": "Small"})
	}
	return map[string]any{"type": "message", "attachments": []any{map[string]any{
		"contentType": "application/vnd.microsoft.card.adaptive",
		"content": map[string]any{
			"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.2", "body": blocks,
		},
	}}}
}

// plainMarkdown keeps a line from being read as a list, a link or emphasis.
func plainMarkdown(text string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;").Replace(text)
}
