package attested

import (
	"context"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// look reads the user, unless that was done to find the key.
func (a Attested) look(ctx context.Context, r *user.Record) (reading, error) {
	if a.Traits().OwnKeys && r.Remote == "" {
		return reading{}, nil
	}
	return a.read(ctx, r)
}

// reading is what a read found; nothing if it failed.
type reading struct{ destination.Found }

func (r reading) exists() bool {
	return r.Presence == destination.Same || r.Presence == destination.Different
}

// read reads a user. An API that denies the read may take every other call, so only an
// error that ends the run is one here.
func (a Attested) read(ctx context.Context, r *user.Record) (reading, error) {
	found, err := a.Find(ctx, r)
	switch {
	case err == nil:
		return reading{found}, nil
	case destination.AsCallError(err) != nil:
		return reading{}, nil
	}
	return reading{}, err
}

func (a Attested) wasDeleted(ctx context.Context, id string) (bool, error) {
	if a.seen.isConfirmed(id) {
		return true, nil
	}
	if a.absences.Memory == nil {
		return false, nil
	}
	return a.absences.Memory.WasDeleted(ctx, id)
}
