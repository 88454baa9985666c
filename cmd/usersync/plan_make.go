package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"usersync/cmd/usersync/internal/exit"
	"usersync/writer"
	"usersync/writer/report"
)

// make runs the plan, shows it, and keeps it if all that it is bound to stayed as
// it was.
func (p *planner) make(ctx context.Context) (err error) {
	before, err := p.generation(ctx)
	if err != nil {
		return err
	}
	file, digest, err := p.openFile(ctx, before)
	if err != nil {
		return err
	}
	if file != nil {
		defer func() { err = errors.Join(err, file.drop()) }()
	}
	f, counts, err := planning{env: p.env, config: p.config, conn: p.conn, input: p.input, ledger: p.ledger, read: p.read, file: file,
		protected: p.would.protected, would: p.would}.run(ctx)
	absence := error(nil)
	if guardOf(err) == absenceGuard {
		absence, err = err, nil
	}
	if p.left = counts.Reading; err != nil {
		hint, err := withoutHint(err)
		return told(fmt.Errorf("plan: %w", err), hint)
	}
	p.notes = append(p.notes, p.input.Warnings()...)
	if err := p.stayed(ctx, before, digest, file != nil); err != nil {
		return err
	}
	tripped := errors.Join(f.tripped(p.config), absence)
	if file != nil && tripped == nil {
		if err := file.finish(f.read); err != nil {
			return noPlace(err)
		}
	}
	return errors.Join(p.show(f, file != nil && tripped == nil, tripped != nil), told(tripped, hintOf(tripped)))
}

// told adds a hint to an error that has none.
func told(err error, hint string) error {
	if _, known := troubleOf(err); err == nil || known {
		return err
	}
	return &exit.Error{Err: err, Hint: hint}
}

// stayed finds out whether another run changed the ledger while the plan was made,
// or somebody the input.
func (p *planner) stayed(ctx context.Context, before int64, d inputDigest, kept bool) error {
	now, err := p.generation(ctx)
	if err != nil {
		return err
	}
	const other = "another run changed the ledger while the plan was made"
	if now != before && !kept {
		p.note(other + ": the numbers mix what was and what is")
	} else if now != before {
		return &exit.Error{Err: errors.New("plan: " + other), Code: exit.Temporary, Hint: "plan again when it has ended"}
	}
	if sum, bytes := p.input.Digest(); kept && (sum != d.sha256 || bytes != d.bytes) {
		return exit.Usage(errors.New("plan: the input was changed while the plan was made"), "plan again when it is written", "")
	}
	return nil
}

// show writes the plan to standard output, and notes what decides about the exit
// code.
func (p *planner) show(f *foreseen, kept, tripped bool) error {
	p.found.read, p.found.outcomes, p.found.allowed = f.read, writer.CountOutcomes(f.outcomes), p.config.Output.AllowRejects
	p.found.detailed.changes = f.sends() > 0
	shown := p.forecast(f)
	if kept {
		shown.Plan = p.out
		shown.Next = exit.CommandLine("apply", p.out)
	} else if shown.Sends() > 0 && !tripped { // the run would stop as this did
		shown.Next = p.runLine()
	}
	if p.config.Output.JSON {
		return report.WriteForecast(p.stdout, shown)
	}
	return report.PrintForecast(p.stdout, shown)
}

// runLine is the command that does what was planned; none for standard input.
func (p *planner) runLine() string {
	if slices.Contains(p.paths, "-") {
		return ""
	}
	t := p.config.typed
	return typed{flags: without(t.flags, "--out", "--read", "--dry-run", "--json", detailedFlag)}.command("run", t.files...)
}
