package preview

import (
	"context"
	"errors"
	"fmt"

	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/input"
	"usersync/sync/plan"
	"usersync/writer/rundir"
)

// openFile opens the plan file, if the options name one.
func (p *planner) openFile(ctx context.Context, generation int64) (*plan.Writer, input.Digest, error) {
	if p.options.Out == "" {
		return nil, input.Digest{}, nil
	}
	d, err := input.DigestOf(ctx, p.Config, p.Paths)
	if err != nil {
		return nil, d, fmt.Errorf("plan: %w", err)
	}
	var kept *plan.Writer
	file, err := rundir.Replace(p.options.Out)
	if err == nil {
		kept, err = plan.NewWriter(file, p.header(d, generation), d.Fingerprints)
	}
	if err != nil {
		return nil, d, exit.Usage(err, "set --out to a file that you may write to", "usersync plan --help")
	}
	return kept, d, nil
}

func (p *planner) header(d input.Digest, generation int64) plan.Header {
	return plan.Header{
		Version: exit.ReadBuild().Version, Made: p.options.Now().UTC(), Inputs: p.Paths, InputSHA256: d.SHA256, InputBytes: d.Bytes,
		Args:         p.options.Args,
		ConfigSHA256: p.Config.RunDigest(), MappingSHA256: p.Config.MappingDigest(),
		Scope: p.Scope(), Sandbox: p.Config.Target.Sandbox,
		Ledger: plan.Ledger{Kept: p.Config.Ledger.URL != config.NoLedger, Generation: generation},
	}
}

func (p *planner) generation(ctx context.Context) (int64, error) {
	if p.ledger == nil {
		return 0, nil
	}
	n, err := p.ledger.Generation(ctx)
	return n, err
}

// checkUnchanged checks that neither ledger nor input changed while planning.
func (p *planner) checkUnchanged(ctx context.Context, before int64, d input.Digest, kept bool) error {
	now, err := p.generation(ctx)
	if err != nil {
		return err
	}
	const other = "another run changed the ledger while the plan was made"
	if now != before && !kept {
		p.notes = append(p.notes, other+": the numbers mix before and after")
	} else if now != before {
		return &exit.Error{Err: errors.New("plan: " + other), Code: exit.Temporary, Hint: "plan again after it has ended"}
	}
	if sum, bytes := p.Input.Digest(); kept && (sum != d.SHA256 || bytes != d.Bytes) {
		return exit.Usage(errors.New("plan: the input changed while the plan was made"), "plan again when it is complete", "")
	}
	return nil
}
