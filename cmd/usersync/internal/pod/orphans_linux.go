package pod

import (
	"os"

	"golang.org/x/sys/unix"
)

// adoptOrphans makes this process the parent of the orphans of its descendants, as the
// first process of a container is anyway.
func adoptOrphans() error {
	if os.Getpid() == 1 {
		return nil
	}
	return unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
}
