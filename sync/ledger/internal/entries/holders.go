package entries

import (
	"context"
	"errors"
)

// HoldersOf returns, by remote key, the ids of the scope that have one of the given
// keys. That is one id per key, except in ledgers from before this was enforced. An
// empty key has no holder. It sees what was saved.
func (v *Reader) HoldersOf(ctx context.Context, remotes []string) (map[string][]string, error) {
	held := map[string][]string{}
	if len(remotes) == 1 { // one is asked for by every create, and a list takes longer
		ids, err := holdersOf(ctx, v, remotes[0])
		if held[remotes[0]] = ids; len(ids) == 0 {
			clear(held)
		}
		return held, err
	}
	err := v.InChunks(ctx, remotes, func(num int64, list any) error {
		return v.findBy(ctx, v.DB.Read, v.DB.FindRemote, list, num, func(r *Stored) error {
			held[string(r.Remote)] = append(held[string(r.Remote)], string(r.ID))
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	return held, nil
}

func holdersOf(ctx context.Context, v *Reader, remote string) (ids []string, err error) {
	num, err := v.Num(ctx)
	if err != nil || num == 0 || remote == "" {
		return nil, err
	}
	rows, err := v.DB.Query(ctx, v.DB.Read, `SELECT id FROM usersync_entry WHERE scope = ? AND remote = ? AND remote <> ''`, num, remote)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, errors.Join(rows.Err(), rows.Close())
}

// InChunks calls ask with the scope's number and a list of texts, a chunk at a time. It
// does not call it for a scope that was never locked.
func (v *Reader) InChunks(ctx context.Context, texts []string, ask func(num int64, list any) error) error {
	num, err := v.Num(ctx)
	if err != nil || num == 0 {
		return err
	}
	for from := 0; from < len(texts); from += ChunkSize {
		list, err := v.DB.List(texts[from:min(from+ChunkSize, len(texts))])
		if err != nil {
			return err
		}
		if err := ask(num, list); err != nil {
			return err
		}
	}
	return nil
}
