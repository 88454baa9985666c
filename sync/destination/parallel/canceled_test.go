package parallel

import (
	"context"
	"errors"
	"fmt"
	"net"
	"testing"
)

// TestOnlyCanceled: an error that is joined with a cancellation is not lost with it.
func TestOnlyCanceled(t *testing.T) {
	disk, read := errors.New("no room on the disk"), fmt.Errorf("read the ledger: %w", context.Canceled)
	for name, c := range map[string]struct {
		err  error
		only bool
	}{
		"nothing":                   {nil, false},
		"a cancellation":            {context.Canceled, true},
		"what it interrupts":        {read, true},
		"of the network":            {&net.OpError{Op: "dial", Err: context.Canceled}, true},
		"several interruptions":     {errors.Join(read, fmt.Errorf("close: %w", errors.Join(context.Canceled))), true},
		"another error":             {disk, false},
		"a deadline":                {context.DeadlineExceeded, false},
		"joined with another":       {errors.Join(read, disk), false},
		"joined before another":     {errors.Join(disk, read), false},
		"joined deep inside":        {fmt.Errorf("save: %w", errors.Join(fmt.Errorf("roll back: %w", disk), read)), false},
		"wrapped together":          {fmt.Errorf("%w, and %w", context.Canceled, disk), false},
		"wrapped, and inner is nil": {&net.OpError{Op: "dial"}, false},
	} {
		if got := OnlyCanceled(c.err); got != c.only {
			t.Errorf("%s: %v", name, got)
		}
	}
}
