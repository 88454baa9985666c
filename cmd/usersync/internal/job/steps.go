package job

import "usersync/sync/engine"

// inOrder takes steps until one of them fails. A panic is an error of its step, so that the
// end of the run can still be told.
func inOrder(steps ...func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = engine.Recovered(v)
		}
	}()
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}
