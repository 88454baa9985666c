package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
)

// sharedFeed is the name shown for the feed of a user that several feeds list. Its number
// is 0. No feed owns such a user: one that is missing from one feed may be in another.
const sharedFeed = "(several)"

func (v *view) feedName(ctx context.Context, num int64) (string, error) {
	if num == 0 {
		return sharedFeed, nil
	}
	return v.feeds.Name(ctx, v.db, num)
}

func (t *transaction) feedNum(name string) (int64, error) {
	if name == sharedFeed {
		return 0, nil
	}
	return t.num(t.l.feeds, name)
}

// Share records that this feed also lists the users with the given ids. From then on no
// feed owns them.
func (l *Ledger) Share(ctx context.Context, ids []string) error {
	list, err := l.db.List(ids)
	if err != nil {
		return failed("", err)
	}
	err = l.change(ctx, func(t *transaction) error {
		_, err := l.db.Exec(t, t.tx, `UPDATE usersync_entry SET feed = 0 WHERE feed <> ? AND id IN (SELECT j.id FROM `+l.db.IDs+`) AND scope = ?`,
			t.feed, list, t.scope)
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
	err = l.db.QueryRow(ctx, l.db.Read, `SELECT value FROM usersync_meta WHERE name = ?`, l.rulesName()).Scan(&text)
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
		err = l.change(ctx, func(t *transaction) error {
			_, err := l.db.Exec(t, t.tx, `INSERT INTO usersync_meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
				l.rulesName(), string(text))
			return err
		})
	}
	return failed("save the feed's rules in the ledger", err)
}

const rulesPrefix = "rules|"

func (v *view) rulesName() string { return rulesPrefix + v.options.Scope + "|" + v.options.Feed }
