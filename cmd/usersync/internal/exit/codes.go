// Package exit holds what a command leaves with: the exit codes and their
// meanings, the error that knows a hint and the next command, the words and
// command lines that such errors are made of, the signals that end a run, and
// the version of the program.
//
// It does not know which error means which code: that is one table, in package
// main. Start at error.go.
package exit

import "syscall"

// The exit codes. What each means to a person is in Meanings.
const (
	OK        = 0
	Internal  = 1
	Misuse    = 2
	Rejects   = 3
	Guard     = 4
	Temporary = 5
	Doubt     = 6
	Denied    = 7
	Held      = 8
	Budget    = 10
	Interrupt = 128 + int(syscall.SIGINT)
	Terminate = 128 + int(syscall.SIGTERM)
)

// Meaning is one exit code in words.
type Meaning struct {
	Code int
	Text string
}

// Meanings lists the exit codes, the one that wins over all below it first.
func Meanings() []Meaning {
	return []Meaning{
		{Interrupt, "stopped by ^C (SIGINT); run again to go on"},
		{Terminate, "stopped by SIGTERM; run again to go on"},
		{Internal, "internal error: usersync itself is wrong, or its books do not balance"},
		{Misuse, "flags, config or input's shape are wrong; nothing was sent"},
		{Denied, "the API denied access: credentials, permission or address"},
		{Held, "another run of the same account is under way, or has taken this one's place"},
		{Guard, "a guard stopped the run, or the input could not be read to its end or is not as expected; a person is needed"},
		{Temporary, "temporary: network, API or disk; running again is safe"},
		{Budget, "the time of --max-duration is used up; run again to go on"},
		{Doubt, "finished, and what became of some users is in doubt"},
		{Rejects, "finished, and some users are invalid, refused or failed: see rejects"},
		{OK, "every user is settled"},
	}
}
