package pod

import (
	"errors"
	"fmt"
	"io"
	"os"
)

// Copy copies the program of this process to a file, which an init container puts on a volume for
// a container whose image has a shell and no usersync. The file is there as a whole, or not
// at all.
func Copy(to string) error {
	program, err := Self()
	if err != nil {
		return fmt.Errorf("copy the program: %w", err)
	}
	if err := copyFile(program, to+".partial"); err != nil {
		return fmt.Errorf("copy the program: %w", errors.Join(err, os.Remove(to+".partial")))
	}
	if err := os.Rename(to+".partial", to); err != nil {
		return fmt.Errorf("copy the program: %w", err)
	}
	return nil
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o755)
	if err != nil {
		return errors.Join(err, in.Close())
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Chmod(0o755), out.Close(), in.Close())
}
