package filelock

import (
	"fmt"
	"time"
)

// Holder is the run that holds a lock.
type Holder struct {
	PID   int       `json:"pid"`
	Host  string    `json:"host"`
	Run   string    `json:"run"`
	Since time.Time `json:"since"`
}

// HeldError says that another run holds the account, and which one.
type HeldError struct {
	Holder Holder // zero if unknown
}

// Error names the process, its host and since when it holds the lock, if known.
func (e *HeldError) Error() string {
	if e.Holder.PID == 0 {
		return "another run holds the account"
	}
	return fmt.Sprintf("another run holds the account (process %d on %s, since %s)",
		e.Holder.PID, e.Holder.Host, e.Holder.Since.UTC().Format(time.RFC3339))
}
