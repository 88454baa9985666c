package main

import (
	"context"
	"fmt"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/sync/plan"
	"usersync/writer/rundir"
)

// openFile opens the plan file, if there is to be one.
func (p *planner) openFile(ctx context.Context, generation int64) (*plan.Writer, inputDigest, error) {
	if p.out == "" {
		return nil, inputDigest{}, nil
	}
	d, err := digestOf(ctx, p.config, p.paths)
	if err != nil {
		return nil, d, fmt.Errorf("plan: %w", err)
	}
	var kept *plan.Writer
	file, err := rundir.Replace(p.out)
	if err == nil {
		kept, err = plan.NewWriter(file, p.header(d, generation), d.prints)
	}
	if err != nil {
		return nil, d, exit.Usage(err, "give --out a place that this user may write to", "usersync plan --help")
	}
	return kept, d, nil
}

func (p *planner) header(d inputDigest, generation int64) plan.Header {
	return plan.Header{
		Version: exit.ReadBuild().Version, Made: p.now().UTC(), Inputs: p.paths, InputSHA256: d.sha256, InputBytes: d.bytes,
		Args:         append([]string{"run"}, config.DropFlags(p.config.Invocation.Flags, "--out", "--read", detailedFlag)...),
		ConfigSHA256: p.config.RunDigest(), MappingSHA256: p.config.MappingDigest(),
		Scope: p.conn.ScopeIn(p.config.Ledger.Feed), Sandbox: p.config.Target.Sandbox,
		Ledger: plan.Ledger{Kept: p.config.Ledger.URL != config.NoLedger, Generation: generation},
	}
}

func (p *planner) generation(ctx context.Context) (int64, error) {
	if p.ledger == nil {
		return 0, nil
	}
	n, err := p.ledger.Generation(ctx)
	return n, err
}
