package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"usersync/cmd/usersync/internal/exit"
)

// openFile opens the plan file, if there is to be one.
func (p *planner) openFile(ctx context.Context, generation int64) (*planFile, inputDigest, error) {
	if p.out == "" {
		return nil, inputDigest{}, nil
	}
	d, err := digestOf(ctx, p.config, p.paths)
	if err != nil {
		return nil, d, fmt.Errorf("plan: %w", err)
	}
	file, err := newPlanFile(p.out, p.header(d, generation), d.prints)
	if err != nil {
		return nil, d, exit.Usage(err, "give --out a place that this user may write to", "usersync plan --help")
	}
	return file, d, nil
}

func (p *planner) header(d inputDigest, generation int64) planHeader {
	return planHeader{
		Version: exit.ReadBuild().Version, Made: p.now().UTC(), Inputs: p.paths, InputSHA256: d.sha256, InputBytes: d.bytes,
		Args:         append([]string{"run"}, without(p.config.typed.flags, "--out", "--read", detailedFlag)...),
		ConfigSHA256: p.config.planDigest(), MappingSHA256: p.config.mappingDigest(),
		Scope: scopeOf(p.conn.scope, p.config.Ledger.Feed), Sandbox: p.config.Target.Sandbox,
		Ledger: planLedger{Kept: p.config.Ledger.URL != noLedger, Generation: generation},
	}
}

// without leaves flags out. --out is followed by its value.
func without(flags []string, names ...string) []string {
	var kept []string
	for i := 0; i < len(flags); i++ {
		name, _, _ := strings.Cut(flags[i], "=")
		if !slices.Contains(names, name) {
			kept = append(kept, flags[i])
		} else if flags[i] == "--out" {
			i++
		}
	}
	return kept
}

func (p *planner) generation(ctx context.Context) (int64, error) {
	if p.ledger == nil {
		return 0, nil
	}
	n, err := p.ledger.Generation(ctx)
	return n, err
}
