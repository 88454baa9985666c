package exit

// Detailed is what `usersync plan --detailed-exitcode` answers by its exit code, as
// Terraform does: 0 nothing to do, 1 an error, 2 changes. An error is 1 whatever it
// is, also one of the command line, so that 2 says one thing only.
type Detailed struct {
	Asked   bool
	Changes bool // there are users to send
}

// Code is the exit code of a plan that was made, or failed. Rejected rows have to be
// looked at.
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
