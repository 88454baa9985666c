package exit

// Detailed is the exit code of `usersync plan --detailed-exitcode`, like Terraform's:
// 0 nothing to do, 1 an error, 2 changes. Every error is 1, even one in the command
// line, so that 2 means only one thing.
type Detailed struct {
	Asked   bool
	Changes bool // there are users to send
}

// Code is the exit code of a plan. Rejected rows without changes count as an error,
// because someone has to look at them.
func (d Detailed) Code(failed, rejected bool) int {
	switch {
	case failed:
		return Internal
	case d.Changes:
		return Misuse
	case rejected:
		return Internal
	}
	return OK
}
