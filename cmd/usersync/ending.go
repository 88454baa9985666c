package main

import (
	"errors"
	"slices"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/run"
	"usersync/sync/destination"
	"usersync/sync/guard"
	"usersync/sync/pace"
	"usersync/sync/user"
	"usersync/writer/report"
)

// ending is a run that is over, with what decides about the next command.
type ending struct {
	config *config.Config
	run.Facts
}

// step is a command to type after a run.
type step int

const (
	stepByCode step = iota // the exit code decides
	stepResume
	stepPlan
	stepNew // begin a new run
)

// next is the command to type when the run is over; empty if all is done.
func (e ending) next(err error, s report.Summary) string {
	t := e.config.Invocation
	switch {
	case err != nil:
		return e.after(stepAfter(err), s)
	case s.Outcomes.Rejected() == 0:
		return ""
	case len(e.config.FlagsForOtherInput()) > 0: // of this input, and not of its rejects
		return exit.CommandLine("retry", e.Dir)
	}
	return t.Again(s.Path("rejects"))
}

// after is the command after a run that stopped.
func (e ending) after(do step, s report.Summary) string {
	t, sandbox := e.config.Invocation, e.config.Target.Sandbox
	switch {
	case do == stepNew: // which first takes over what this one has deleted
		return t.New(e.Paths...)
	case do == stepResume && !sandbox: // everything else is done
		return e.resumeLine(s.Run)
	case do == stepPlan, s.Plan != nil && (s.ExitCode == exit.Misuse || s.ExitCode == exit.Guard):
		return t.Command("plan", e.Paths...)
	case s.ExitCode == exit.Denied || s.ExitCode == exit.Guard:
		return t.Command("validate", e.Paths...)
	case sandbox || s.ExitCode == exit.Misuse || s.ExitCode == exit.Held:
		return t.Again(e.Paths...)
	}
	return e.resumeLine(s.Run)
}

// stepAfter is the step of the first error in err that has one.
func stepAfter(err error) step {
	for e := range chain(err) {
		if a, known := adviceOn(e); known && a.step != stepByCode {
			return a.step
		}
	}
	return stepByCode
}

// resumeLine resumes the run: by its name if it is in the default place, otherwise
// by its directory.
func (e ending) resumeLine(name string) string {
	if e.config.Invocation.Named() || e.Resumed {
		name = e.Dir
	}
	if slices.Contains(e.Paths, "-") {
		return exit.CommandLine("resume", name, "-")
	}
	return exit.CommandLine("resume", name)
}

// because is the hint, with what the last call met where that is the matter.
func (e ending) hint(err error) string {
	hint := hintOf(err)
	if call, ok := errors.AsType[*destination.CallError](err); ok && call.Fault == destination.Denied && guardOf(err) == "" {
		hint = connect.AuthHint(e.config)
	}
	if e.LastMet == "" || !errors.Is(err, pace.ErrGaveUp) {
		return hint
	}
	return "the last call met " + e.LastMet + "; " + hint
}

// advise adds what a person should know of a run that went well.
func (e ending) addHints(s *report.Summary) {
	if s.RecordsRead == 0 {
		s.Reason = "The input held no records."
	}
	if e.unresolved(s) {
		return
	}
	if s.Outcomes.Invalid+s.Outcomes.Refused > 0 && s.Next != "" {
		s.Hint = "mend the rows in rejects that are invalid or refused, each for the reason in front of it"
	}
	if e.config.Input.OpColumn != "" {
		return
	}
	advice := map[user.Op]struct{ code, hint string }{
		user.Create: {user.CodeExists, "all of them exist already, and mode create changes nobody: in mode upsert they would be updated"},
		user.Update: {user.CodeMissing, "none of them exists, and mode update makes nobody: in mode upsert they would be created"},
	}[e.config.Target.Mode]
	if rejects := s.Outcomes.Rejected(); rejects > 0 && s.Refused(advice.code) == rejects {
		s.Hint = advice.hint
		s.Next = e.config.Invocation.Replacing(s.Path("rejects"), append(e.config.FlagsForOtherInput(), config.Flag{Name: "mode", Value: "upsert"})...)
	}
}

// unresolved says what to do about users of whom no run can find out whether they
// were created: to send them again would leave them in doubt night after night.
func (e ending) unresolved(s *report.Summary) bool {
	if s.Outcomes.InDoubt == 0 || e.config.Ledger.URL == config.NoLedger || !e.Unshown {
		return false
	}
	s.Hint = "the API does not show who is in doubt: find out there, and say so for each with usersync ledger resolve ID, and --remote KEY or --absent"
	if s.Outcomes.InDoubt == s.Outcomes.Rejected() {
		s.Next = "grep in_doubt " + exit.Quote(s.Path("results"))
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
