package config

import (
	"errors"
	"net/url"
	"time"

	"usersync/cmd/usersync/internal/quantity"
	"usersync/cmd/usersync/internal/setting"
	"usersync/sync/user"
)

// Notify says who is told how a run ended, and when.
type Notify struct {
	On, Format string
	Webhook    user.Secret
	Command    []string
	Timeout    time.Duration
}

// Asked reports whether anyone is to be told.
func (n *Notify) Asked() bool { return n.Webhook.Reveal() != "" || len(n.Command) > 0 }

func (n *Notify) settings() []setting.Setting {
	return []setting.Setting{
		{Key: "notify.on", Group: setting.GroupOutput, Value: "WHEN", Default: "change", Words: []string{"change", "failure", "always"}, Global: true, Added: true,
			Use: "when to notify: if the state (ok, warning or failed) has changed, if it is not ok, or always",
			Set: setting.IntoString(&n.On)},
		{Key: "notify.webhook", Group: setting.GroupOutput, Kind: setting.Secret, Value: "URL", Global: true, Added: true,
			Use: "webhook to notify when a run ends; see docs/notifications.md",
			Set: setting.Into(&n.Webhook, parseWebhook)},
		{Key: "notify.format", Group: setting.GroupOutput, Value: "NAME", Default: "json", Words: []string{"json", "slack", "teams"}, Global: true, Added: true,
			Use: "what the webhook takes",
			Set: setting.IntoString(&n.Format)},
		{Key: "notify.command", Group: setting.GroupOutput, Kind: setting.List, Value: "WORD", Global: true, Added: true,
			Use: "program to start when a run ends, and its arguments; it gets the message as JSON on standard input",
			Set: setting.IntoList(&n.Command)},
		{Key: "notify.timeout", Group: setting.GroupOutput, Value: "TIME", Default: "10s", Global: true, Added: true,
			Use: "how long a notification may take",
			Set: setting.Into(&n.Timeout, quantity.ParseDuration)},
	}
}

// parseWebhook checks an address without ever showing it.
func parseWebhook(text string) (user.Secret, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return user.Secret{}, errors.New("must be an address that begins with https:// or http://")
	}
	return user.NewSecret(text), nil
}
