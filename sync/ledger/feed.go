package ledger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
)

// several is how the feed of a user is called whom more than one feed lists. Its
// number is 0, and it is nobody's own: what one of them lacks, another may hold.
const several = "(several)"

func (v *view) feedName(ctx context.Context, num int64) (string, error) {
	if num == 0 {
		return several, nil
	}
	return v.feeds.Name(ctx, v.db, num)
}

func (w *writing) feedNum(name string) (int64, error) {
	if name == several {
		return 0, nil
	}
	return w.num(w.l.feeds, name)
}

// Share notes that the users of the given ids are listed by this feed too. From
// then on none of their feeds takes them for its own.
func (l *Ledger) Share(ctx context.Context, ids []string) error {
	list, err := l.db.List(ids)
	if err != nil {
		return failed("", err)
	}
	err = l.change(ctx, func(w *writing) error {
		_, err := l.db.Exec(w, w.tx, `UPDATE usersync_entry SET feed = 0 WHERE feed <> ? AND id IN (SELECT j.id FROM `+l.db.IDs+`) AND scope = ?`,
			w.feed, list, w.scope)
		return err
	})
	return failed("note users of several feeds in the ledger", err)
}

// Rules are the settings by which a feed was last sent whole, as digests.
type Rules struct {
	Run     string `json:"run"`
	Config  string `json:"config_sha256"`
	Mapping string `json:"mapping_sha256"`
}

// Rules returns those of this feed; false if it was never sent whole.
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

// KeepRules keeps r as those of this feed.
func (l *Ledger) KeepRules(ctx context.Context, r Rules) error {
	text, err := json.Marshal(r)
	if err == nil {
		err = l.change(ctx, func(w *writing) error {
			_, err := l.db.Exec(w, w.tx, `INSERT INTO usersync_meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
				l.rulesName(), string(text))
			return err
		})
	}
	return failed("keep the feed's rules in the ledger", err)
}

const rulesPrefix = "rules|"

func (v *view) rulesName() string { return rulesPrefix + v.options.Scope + "|" + v.options.Feed }
