package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"usersync/sync/ledger/internal/change"
	"usersync/sync/ledger/internal/entries"
)

// Share records that this feed also lists the users with the given ids. From then on no
// feed owns them.
func (l *Ledger) Share(ctx context.Context, ids []string) error {
	list, err := l.entries.DB.List(ids)
	if err != nil {
		return failed("", err)
	}
	err = l.change(ctx, func(t change.Writer) error {
		_, err := t.Exec(`UPDATE usersync_entry SET feed = 0 WHERE feed <> ? AND `+l.entries.DB.AmongIDs+` AND scope = ?`,
			t.To, list, t.ID)
		return err
	})
	return failed("save in the ledger that users are shared by feeds", err)
}

// Rules are digests of the settings with which the whole feed was last sent.
type Rules struct {
	Run     string `json:"run"`
	Config  string `json:"config_sha256"`
	Mapping string `json:"mapping_sha256"`
}

// Rules returns the rules of this feed; false if the whole feed was never sent.
func (l *Ledger) Rules(ctx context.Context) (r Rules, known bool, err error) {
	var text string
	err = l.entries.DB.QueryRow(ctx, l.entries.DB.Read, `SELECT value FROM usersync_meta WHERE name = ?`, rulesName(l.entries)).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return r, false, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), &r)
	}
	if err != nil {
		return r, false, failed("read the feed's rules from the ledger", err)
	}
	return r, true, nil
}

// KeepRules saves r as the rules of this feed.
func (l *Ledger) KeepRules(ctx context.Context, r Rules) error {
	text, err := json.Marshal(r)
	if err == nil {
		err = l.change(ctx, func(t change.Writer) error {
			_, err := t.Exec(`INSERT INTO usersync_meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
				rulesName(l.entries), string(text))
			return err
		})
	}
	return failed("save the feed's rules in the ledger", err)
}

const rulesPrefix = "rules|"

func rulesName(e *entries.Reader) string { return rulesPrefix + e.Name + "|" + e.Feed }
