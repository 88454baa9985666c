package main

import (
	"context"
	"errors"
	"fmt"

	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/sync/mirror"
	"usersync/writer"
)

// make runs the plan, and keeps it if all that it is bound to stayed as it was.
func (p *planner) make(ctx context.Context) (made *planned, err error) {
	before, err := p.generation(ctx)
	if err != nil {
		return nil, err
	}
	file, digest, err := p.openFile(ctx, before)
	if err != nil {
		return nil, err
	}
	if file != nil {
		defer func() { err = errors.Join(err, file.Drop()) }()
	}
	f, counts, err := planning{config: p.config, conn: p.conn, wire: p.wire, input: p.input, ledger: p.ledger, read: p.read, file: file,
		protected: p.protected, presence: p.presence}.run(ctx)
	absence := error(nil)
	if guardOf(err) == mirror.Guard {
		absence, err = err, nil
	}
	if p.left = counts.Reading; err != nil {
		hint, err := withoutHint(err)
		return nil, told(fmt.Errorf("plan: %w", err), hint)
	}
	p.notes = append(p.notes, p.input.Warnings()...)
	if err := p.stayed(ctx, before, digest, file != nil); err != nil {
		return nil, err
	}
	made = &planned{forecast: p.forecast(f), outcomes: writer.CountOutcomes(f.outcomes), stops: errors.Join(f.tripped(p.config), absence)}
	if file != nil && made.stops == nil {
		if err := file.Finish(f.read); err != nil {
			return nil, &history.PlaceError{Err: err}
		}
		made.kept = true
	}
	return made, nil
}

// told adds a hint to an error that has none.
func told(err error, hint string) error {
	if _, known := printedAdvice(err); err == nil || known {
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
