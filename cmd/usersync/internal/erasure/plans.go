package erasure

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/plan"
)

// Plans takes a user out of the plans, and returns how many lines were theirs. Each is
// written completely as a new file, which then replaces the old one.
func Plans(paths []string, id string) (lines int, err error) {
	for _, path := range paths {
		n, err := erasePlan(path, id)
		if lines += n; err != nil {
			return lines, exit.Usage(fmt.Errorf("erase a user from a plan: %w", err), "give a plan that usersync plan wrote, and that you may replace; nothing was erased from the ledger and the runs", "")
		}
	}
	return lines, nil
}

func erasePlan(path, id string) (lines int, err error) {
	old, err := plan.Open(path)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, old.Close()) }()
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.partial") // mode 0600
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.Remove(f.Name()) }() // it is there only after an error
	lines, err = old.Erase(f, id)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil || lines == 0 {
		return 0, err
	}
	return lines, os.Rename(f.Name(), path)
}
