package main

import (
	"errors"
	"slices"

	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/guard"
	"usersync/sync/user"
	"usersync/writer/report"
)

// next is the command to type when the run is over; empty if all is done.
func (j *job) next(err error, s report.Summary) string {
	switch {
	case err == nil && s.Outcomes.Rejected() == 0:
		return ""
	case err == nil && j.config.Proof.expects(): // of this input, and not of its rejects
		return exit.CommandLine("retry", j.out.dir.Path())
	case err == nil:
		return j.again(j.out.rejects.Path())
	case isOtherDeletion(err): // a new one first takes up what this one has deleted
		return typed{flags: append(slices.Clip(j.config.typed.flags), "--new")}.command("run", j.paths...)
	case guardOf(err) == absenceGuard && !j.config.Target.Sandbox: // all else is done
		return j.resumeLine()
	case j.applied != nil && (s.ExitCode == exit.Misuse || s.ExitCode == exit.Guard), guardOf(err) == changeGuard:
		return j.config.typed.command("plan", j.paths...)
	case s.ExitCode == exit.Denied || s.ExitCode == exit.Guard:
		return j.config.typed.command("validate", j.paths...)
	case j.config.Target.Sandbox || s.ExitCode == exit.Misuse || s.ExitCode == exit.Held:
		return j.again(j.paths...)
	}
	return j.resumeLine()
}

func isOtherDeletion(err error) bool {
	_, is := errors.AsType[*otherDeletionError](err)
	return is
}

// unresolved says what to do about users of whom no run can find out whether they
// were created: to send them again would leave them in doubt night after night.
func (j *job) unresolved(s *report.Summary) bool {
	if s.Outcomes.InDoubt == 0 || j.past == nil || j.past.ledger == nil || !j.conn.client.Traits().Unshown() {
		return false
	}
	s.Hint = "the API does not show who is in doubt: find out there, and say so for each with usersync ledger resolve ID, and --remote KEY or --absent"
	if s.Outcomes.InDoubt == s.Outcomes.Rejected() {
		s.Next = "grep in_doubt " + exit.Quote(j.out.results.Path())
	}
	return true
}

// guardOf is the name of the guard that stopped the run; empty if none did.
func guardOf(err error) string {
	tripped, _ := errors.AsType[*guard.Error](err)
	if tripped == nil {
		return ""
	}
	return tripped.Name
}

// resumeLine goes on with the run: by its name where it lies in the place that
// is looked at without being told, else by its directory.
func (j *job) resumeLine() string {
	name := j.out.dir.ID()
	if slices.Contains(j.config.typed.flags, "--config") || slices.Contains(j.config.typed.flags, "--runs-dir") || j.resume != "" {
		name = j.out.dir.Path()
	}
	if slices.Contains(j.paths, "-") {
		return exit.CommandLine("resume", name, "-")
	}
	return exit.CommandLine("resume", name)
}

// advise adds what a person should know of a run that went well.
func (j *job) advise(s *report.Summary) {
	if s.RecordsRead == 0 {
		s.Reason = "The input held no records."
	}
	if j.unresolved(s) {
		return
	}
	if s.Outcomes.Invalid+s.Outcomes.Refused > 0 && s.Next != "" {
		s.Hint = "mend the rows in rejects that are invalid or refused, each for the reason in front of it"
	}
	if j.config.Input.OpColumn != "" {
		return
	}
	advice := map[user.Op]struct{ code, hint string }{
		user.Create: {user.CodeExists, "all of them exist already, and mode create changes nobody: in mode upsert they would be updated"},
		user.Update: {user.CodeMissing, "none of them exists, and mode update makes nobody: in mode upsert they would be created"},
	}[j.config.Target.Mode]
	if rejects := s.Outcomes.Rejected(); rejects > 0 && j.out.codes.Of(user.Refused, advice.code) == rejects {
		s.Hint = advice.hint
		s.Next = j.config.typed.instead(j.out.rejects.Path(), append(j.config.Proof.none(), "--mode", "upsert")...)
	}
}
