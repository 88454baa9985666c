// Package help prints the help of commands: flags in groups, the most used first,
// and every line wrapped to a width.
//
// It knows no command and no setting. A flag's group is noted at the flag, with
// InGroup. Start at Install.
package help

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Afterwards is the key of a command's annotation: text that help prints last, such
// as a table that not every reader needs. It is laid out like a command's Long.
const Afterwards = "usersync_help_afterwards"

// Install lets root and all commands below it print their help to standard output,
// wrapped to as many columns as width returns. groups are titles of groups of flags,
// in the order in which they are shown; groups that it does not name come before
// them.
func Install(root *cobra.Command, groups []string, width func() int) {
	root.SetHelpFunc(func(c *cobra.Command, _ []string) {
		p := page{width: max(width(), narrowest), groups: groups}
		p.command(c)
		// As with cobra's own help, it changes nothing if the reader has left.
		_, _ = io.WriteString(c.OutOrStdout(), p.text.String())
	})
	root.SetUsageFunc(func(c *cobra.Command) error {
		p := page{width: max(width(), narrowest), groups: groups}
		p.usage(c)
		_, err := io.WriteString(c.OutOrStderr(), p.text.String())
		return err
	})
}

const (
	narrowest = 20
	// Below this width a flag's text goes below the flag.
	twoColumns   = 60
	narrowColumn = 6
	// The widest first column. A longer flag has its text on the next line.
	widestFlag = 26
)

// page is the help of one command while it is being written.
type page struct {
	width  int
	groups []string
	text   strings.Builder
}

func (p *page) command(c *cobra.Command) {
	about := c.Long
	if about == "" {
		about = c.Short
	}
	c.InitDefaultHelpFlag()
	p.text.WriteString(Wrap(about, p.width))
	if c.Runnable() || c.HasSubCommands() {
		p.text.WriteString("\n")
		p.usage(c)
	}
	if more := c.Annotations[Afterwards]; more != "" {
		p.text.WriteString("\n" + Wrap(more, p.width))
	}
}

func (p *page) usage(c *cobra.Command) {
	p.text.WriteString("Usage:\n")
	if c.Runnable() && !c.HasAvailableSubCommands() {
		p.text.WriteString(Wrap("  "+c.UseLine(), p.width))
	}
	if c.HasAvailableSubCommands() {
		p.text.WriteString(Wrap("  "+c.CommandPath()+" COMMAND", p.width))
	}
	if c.HasExample() {
		p.text.WriteString("\nExamples:\n")
		for line := range strings.SplitSeq(c.Example, "\n") {
			p.text.WriteString(wrapCommand(line, p.width))
		}
	}
	p.commands("Commands:", c, (*cobra.Command).IsAvailableCommand)
	p.flags(c)
	p.commands("Topics:", c, (*cobra.Command).IsAdditionalHelpTopicCommand)
	if c.HasAvailableSubCommands() {
		name := strings.TrimPrefix(c.CommandPath(), c.Root().Name())
		p.text.WriteString("\n" + Wrap(fmt.Sprintf("More about each: %s help%s NAME", c.Root().Name(), name), p.width))
	}
}

// commands lists the commands below c that are of one kind.
func (p *page) commands(title string, c *cobra.Command, ofKind func(*cobra.Command) bool) {
	var rows []row
	for _, sub := range c.Commands() {
		if ofKind(sub) {
			rows = append(rows, row{"  " + sub.Name(), sub.Short})
		}
	}
	p.table(title, rows, columnFor(rows))
}

// ownGroup holds the flags that are in no other.
const ownGroup = "Flags"

func (p *page) flags(c *cobra.Command) {
	groups := map[string][]row{}
	titles := []string{ownGroup}
	var all []row
	eachFlag(c, func(f *pflag.Flag) {
		title := groupOf(f)
		if !slices.Contains(titles, title) {
			titles = append(titles, title)
		}
		groups[title] = append(groups[title], rowOf(f))
		all = append(all, rowOf(f))
	})
	slices.SortStableFunc(titles, func(a, b string) int { return slices.Index(p.groups, a) - slices.Index(p.groups, b) })
	for _, title := range titles {
		p.table(title+":", groups[title], columnFor(all))
	}
}

// eachFlag visits the flags that are not hidden in the order in which they were
// added, those of the group's common ones first.
func eachFlag(c *cobra.Command, visit func(*pflag.Flag)) {
	flags := c.Flags()
	sorted := flags.SortFlags
	flags.SortFlags = false
	defer func() { flags.SortFlags = sorted }()
	for _, common := range []bool{true, false} {
		flags.VisitAll(func(f *pflag.Flag) {
			if !f.Hidden && f.Deprecated == "" && isCommon(f) == common {
				visit(f)
			}
		})
	}
}

func rowOf(f *pflag.Flag) row {
	value, text := pflag.UnquoteUsage(f)
	name := "  --" + f.Name
	if f.Shorthand != "" {
		name = "  -" + f.Shorthand + ", --" + f.Name
	}
	if value != "" {
		name += " " + value
	}
	switch f.DefValue {
	case "", "false", "0", "0s", "[]":
	default:
		text += " (default " + f.DefValue + ")"
	}
	return row{name, text}
}

// row is a name with a text about it.
type row struct{ name, text string }

// columnFor is where the texts of the rows begin.
func columnFor(rows []row) int {
	widest := 0
	for _, r := range rows {
		if n := len(r.name); n <= widestFlag {
			widest = max(widest, n)
		}
	}
	return widest + 2
}

func (p *page) table(title string, rows []row, column int) {
	if len(rows) == 0 {
		return
	}
	if p.width < twoColumns {
		column = narrowColumn
	}
	p.text.WriteString("\n" + title + "\n")
	for _, r := range rows {
		lead := r.name + strings.Repeat(" ", max(column-len(r.name), 0))
		if r.text == "" || p.width < twoColumns || len(r.name)+2 > column {
			p.text.WriteString(r.name + "\n")
			lead = strings.Repeat(" ", column)
		}
		if r.text != "" {
			p.text.WriteString(wrapLine(lead, r.text, column, p.width))
		}
	}
}
