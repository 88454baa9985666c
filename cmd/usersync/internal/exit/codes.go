// Package exit holds what a command ends with: the exit codes and their meanings,
// errors that carry a hint and the next command, the words and command lines in such
// errors, the signals that end a run, and the version of the program.
//
// It does not know which error has which code: that is one table, in package main.
// Start at error.go.
package exit

import "syscall"

// The exit codes. Meanings explains each one.
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

// Meanings lists the exit codes, most severe first. When several apply, the first
// one wins.
func Meanings() []Meaning {
	return []Meaning{
		{Interrupt, "stopped by ^C (SIGINT); run again to continue"},
		{Terminate, "stopped by SIGTERM; run again to continue"},
		{Internal, "internal error: a bug in usersync, or records and outcomes do not add up"},
		{Misuse, "invalid flags, config or input layout; nothing was sent"},
		{Denied, "the API denied access: credentials, permission or address"},
		{Held, "another run holds this account, or has taken over from this one"},
		{Guard, "a guard stopped the run, or the input is truncated or not as expected; a person is needed"},
		{Temporary, "temporary failure of network, API or disk; running again is safe"},
		{Budget, "the time of --max-duration or --until is up; run again to continue"},
		{Doubt, "finished, but the outcome of some users is unknown"},
		{Rejects, "finished, but some users are invalid, refused or failed: see rejects"},
		{OK, "every user is settled, or parked and listed"},
	}
}

// MeaningOf returns an exit code in words; empty for one that the program does not have.
func MeaningOf(code int) string {
	for _, m := range Meanings() {
		if m.Code == code {
			return m.Text
		}
	}
	return ""
}
