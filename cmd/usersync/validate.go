package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"usersync/cmd/usersync/internal/advice"
	"usersync/cmd/usersync/internal/check"
	"usersync/cmd/usersync/internal/config"
	"usersync/cmd/usersync/internal/connect"
	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/history"
	"usersync/cmd/usersync/internal/setting"
	"usersync/writer"
)

func validateCommand(e *env, found *advice.Result) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "validate [FILE|-]...",
		Short: "Check config and files without sending anything",
		Long: "validate shows which rows cannot be sent, where each column goes, and the first call.\n" +
			"Then it shows the settings that are set and those of the destination, and where each\n" +
			"value came from. It makes no call, except with --connect: one that changes nothing, to\n" +
			"prove address, credentials and account. --profile also shows what each column holds,\n" +
			"without any cell. Exit code 3 means that some rows are invalid.",
		Example: "  usersync validate --config usersync.yaml users.csv\n  usersync validate --profile users.csv\n  usersync validate --connect",
	}
	load := addSettings(e, cmd, setting.ForRun)
	all := cmd.Flags().Bool("all", false, "show every setting, including those that are not set")
	try := cmd.Flags().Bool(config.ConnectFlag, false, "make one call that changes nothing, and say what it proves")
	profiled := cmd.Flags().Bool("profile", false, "show what each column of the files holds: counts, null markers, look-alikes and masked shapes, but no cell")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		c, err := load()
		if c == nil {
			return err
		}
		if err == nil && len(c.Target.All) > 1 {
			return validateSeveral(cmd.Context(), e, c, c.Invocation.Files, validation{all: *all, connect: *try, profile: *profiled}, found)
		}
		files := c.Invocation.Files
		asked := err == nil && (len(files) > 0 || len(c.Input.From) > 0 || len(c.Target.All) > 0)
		*found, err = e.validate(cmd.Context(), c, files, validation{files: asked, all: *all, connect: *try && err == nil, profile: *profiled && asked, wrong: err})
		return err
	}
	return cmd
}

// validation says what to look at.
type validation struct {
	files   bool  // the files, if any
	all     bool  // every setting
	connect bool  // the connection
	profile bool  // the cells of each column
	wrong   error // in the config; then the rest is not looked at
}

// validateSeveral looks at each destination by itself.
func validateSeveral(ctx context.Context, e *env, c *config.Config, args []string, v validation, found *advice.Result) error {
	each, err := c.Each()
	if !c.Output.JSON {
		err = e.reportNow(err, advice.Result{})
	}
	v.files = true
	for _, own := range each {
		one, bad := e.validate(ctx, own, args, v)
		err = errors.Join(err, bad)
		if one.Outcomes.Invalid > found.Outcomes.Invalid {
			*found = one
		}
	}
	return err
}

// validate prints what is wrong, what was found out about the files, if they are to be
// looked at, and then the settings, all of them or those that matter.
func (e *env) validate(ctx context.Context, c *config.Config, args []string, v validation) (found advice.Result, err error) {
	c.Input.RejectedAs = history.RejectedAs(c.Output.RunsDir, args)
	var f check.Findings
	err = v.wrong
	if v.files {
		f, err = exit.UnlessStopped(ctx, func() (check.Findings, error) { return check.Input(ctx, e.stdin, c, args) })
	}
	found = advice.Result{Read: f.Read, Outcomes: writer.Outcomes{Invalid: f.Invalid}, Allowed: c.Output.AllowRejects}
	if v.profile {
		err = errors.Join(err, f.Profile(ctx, e.stdin, c, args))
	}
	if v.connect && err == nil {
		f.Proof, err = connect.Prove(ctx, c, history.AddressEvidence(c))
	}
	settings := c.Shown()
	if c.Output.JSON {
		return found, errors.Join(err, f.WriteJSON(e.stdout, settings))
	}
	if exit.StoppedBy(ctx) == nil {
		err = e.reportNow(err, found)
	}
	left := 0
	if !v.all {
		settings = c.Relevant()
		left = len(c.Shown()) - len(settings)
	}
	return found, errors.Join(err, f.Print(e.stdout, settings, left))
}
