// Package afterwards is what a person can do when a run is over: the next command, and what
// they should know. It prints nothing.
package afterwards

import (
	"errors"
	"slices"
	"strings"

	"usersync/cmd/usersync/internal/advice"
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

// Ending is a run that is over, with what decides the next command.
type Ending struct {
	Config *config.Config
	run.Facts
}

// Next is the command to run after this run; empty if nothing is left to do.
func (e Ending) Next(err error, s report.Summary) string {
	typed := e.Config.Invocation
	switch {
	case err != nil && listOf(err) != "": // whatever comes next needs a flag that a person decides on
		return "cat " + exit.Quote(listOf(err))
	case err != nil:
		return e.after(advice.StepAfter(err), s)
	case s.Outcomes.Rejected() == 0 && s.Retried != nil && s.Retried.Left > 0: // the other groups
		return exit.CommandLine("retry", e.Retried)
	case s.Outcomes.Rejected() == 0:
		return ""
	case s.Parked.Settled() == s.Outcomes.Rejected():
		return e.Config.LedgerCommand(config.Parked)
	case s.HeldBack() == s.Outcomes.Rejected():
		return "grep " + user.CodeLookalike + " " + exit.Quote(s.Path("results"))
	case s.Outcomes.Rejected() == s.Deleted().Rejected: // the deletions of a mirror are not in rejects
		return typed.Again(e.Paths...)
	case len(e.Config.FlagsForOtherInput()) > 0: // settings that fit this input, and not its rejects
		return exit.CommandLine("retry", e.Dir)
	}
	return typed.Again(s.Path("rejects"))
}

// after is the command to run after a run that stopped.
func (e Ending) after(do advice.Step, s report.Summary) string {
	typed, sandbox := e.Config.Invocation, e.Config.Target.Sandbox
	switch {
	case e.Unfinished:
		return typed.Command("run", e.Paths...)
	case e.Shard && s.ExitCode != exit.Denied && do != advice.StepDeletes:
		return typed.Again(e.Paths...)
	case do == advice.StepNew: // which first absorbs what this one deleted
		return typed.New(e.Paths...)
	case do == advice.StepRetry && e.Config.Target.Mode == config.Mirror: // whose deletions are never rejects
		return typed.Again(e.Paths...)
	case do == advice.StepRetry:
		return exit.CommandLine("retry", e.Dir)
	case do == advice.StepResume && !sandbox: // only the deletions are left
		return e.resumeLine(s.Run)
	case do == advice.StepDeletes: // all of them, and not only those up to the limit
		return typed.Without(config.MaxDeleteFlag, config.ShardFlag, config.RunIDFlag).With(config.Flag{Name: config.MaxDeleteFlag, Value: "100%"}).Command("plan", e.Paths...)
	case do == advice.StepPlan, s.Plan != nil && (s.ExitCode == exit.Misuse || s.ExitCode == exit.Guard):
		return typed.Command("plan", e.Paths...)
	case (s.ExitCode == exit.Denied || do == advice.StepCheck) && !sandbox:
		return typed.With(config.Flag{Name: config.ConnectFlag, Value: "true", Bool: true}).Command("validate", e.Paths...)
	case s.ExitCode == exit.Denied || s.ExitCode == exit.Guard:
		return typed.Command("validate", e.Paths...)
	case sandbox || s.ExitCode == exit.Misuse || s.ExitCode == exit.Held:
		return typed.Again(e.Paths...)
	}
	return e.resumeLine(s.Run)
}

// resumeLine is the command that resumes the run, by name if it is in the default
// place, otherwise by directory.
func (e Ending) resumeLine(name string) string {
	if e.Shard {
		return e.Config.Invocation.Again(e.Paths...)
	}
	if e.Config.Invocation.Named() || e.Resumed {
		name = e.Dir
	}
	if slices.Contains(e.Paths, "-") {
		return exit.CommandLine("resume", name, "-")
	}
	return exit.CommandLine("resume", name)
}

// Hint is the hint on err, with the failure of the last call if that is the cause.
func (e Ending) Hint(err error) string {
	hint := advice.Hint(err)
	if e.Shard {
		hint = strings.Replace(hint, advice.ResumeContinues, "the same command continues the shard", 1)
	}
	if call, ok := errors.AsType[*destination.CallError](err); ok && call.Fault == destination.Denied && guardOf(err) == "" {
		hint = connect.DeniedHint(e.Config, call)
	}
	if e.LastMet == "" || !errors.Is(err, pace.ErrGaveUp) {
		return hint
	}
	if strings.HasPrefix(e.LastMet, "http_429") {
		hint = "the API limits the calls: run again later, or lower --rate; users without a result were not marked as failed"
	}
	return "the last call failed: " + e.LastMet + "; " + hint
}

// AddHints adds what you should know about a run that finished.
func (e Ending) AddHints(s *report.Summary) {
	if s.RecordsRead == 0 {
		s.Reason = "The input contains no records."
	}
	if parked := s.Parked.Settled(); parked > 0 && parked == s.Outcomes.Rejected() {
		s.Reason = "Every user is settled, or parked and listed."
		return
	}
	if e.unresolved(s) || reusedKeys(s) || unproved(s) {
		return
	}
	if held := s.HeldBack(); held > 0 && held == s.Outcomes.Rejected() {
		s.Hint = "the next mirror deletes the users held back, because both ids are in the ledger then; if the API does not tell the two spellings apart, correct the file first"
		return
	}
	if s.Outcomes.Invalid+s.Outcomes.Refused > 0 && s.Next != "" {
		s.Hint = "fix the invalid and refused rows in rejects; each row starts with its reason"
	}
	if s.Refused(user.CodeSameUser) > 0 {
		s.Hint = strings.TrimPrefix(s.Hint+"; ", "; ") + sameUserHint
	}
	if e.Config.Input.OpColumn.IsSet() {
		return
	}
	advice := map[user.Op]struct{ code, hint string }{
		user.Create: {user.CodeExists, "all of them already exist, and mode create updates no users: mode upsert would update them"},
		user.Update: {user.CodeMissing, "none of them exists, and mode update creates no users: mode upsert would create them"},
	}[e.Config.Target.Mode]
	if rejects := s.Outcomes.Rejected(); rejects > 0 && s.Refused(advice.code) == rejects {
		s.Hint = advice.hint
		s.Next = e.Config.Invocation.Replacing(s.Path("rejects"), append(e.Config.FlagsForOtherInput(), config.Flag{Name: "mode", Value: "upsert"})...)
	}
}

const sameUserHint = "two ids have one user of the API where the code is same_user: if the id was renamed, run usersync ledger rename OLD NEW; otherwise correct one of the rows"

// reusedKeys adds what to do about users whose key another id has, if no run can find out
// which of the two it leads to.
func reusedKeys(s *report.Summary) bool {
	if s.CodeOf(user.InDoubt, user.CodeSameUser) == 0 {
		return false
	}
	s.Hint = "the API made a user under a key that another id has, where the code is same_user: see which user it leads to; if the other one was deleted, run usersync ledger rename OLD NEW, and otherwise usersync ledger resolve ID --absent"
	s.Next = "grep in_doubt " + exit.Quote(s.Path("results"))
	return true
}

// unproved adds what to do about deletes that found no user, if nothing proves them.
func unproved(s *report.Summary) bool {
	n := s.CodeOf(user.InDoubt, user.CodeUnprovedAbsent)
	if n == 0 {
		return false
	}
	s.Hint = exit.Plural(n, "user") + " to delete could not be found, and nothing proves that the address is right: check base_url and the account; if they are no longer there, accept that with --absent-ok"
	return true
}

// unresolved adds what to do about users when no run can find out whether they were
// created: sending them again would leave them in doubt night after night.
func (e Ending) unresolved(s *report.Summary) bool {
	if s.Outcomes.InDoubt == s.CodeOf(user.InDoubt, user.CodeUnprovedAbsent) || e.Config.Ledger.URL == config.NoLedger || !e.Unshown {
		return false
	}
	s.Hint = "the API cannot say whether users in doubt exist: check each one there, then run usersync ledger resolve ID with --remote KEY or --absent"
	if s.Outcomes.InDoubt == s.Outcomes.Rejected() {
		s.Next = "grep in_doubt " + exit.Quote(s.Path("results"))
	}
	return true
}

// listOf is the path of the list of users that a guard which stopped the run has written; empty if
// there is none.
func listOf(err error) string {
	if tripped, ok := errors.AsType[*guard.Error](err); ok {
		return tripped.List
	}
	return ""
}

// guardOf is the name of the guard that stopped the run; empty if none did.
func guardOf(err error) string {
	tripped, _ := errors.AsType[*guard.Error](err)
	if tripped == nil {
		return ""
	}
	return tripped.Name
}
