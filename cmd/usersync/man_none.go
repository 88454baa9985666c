//go:build !man

package main

import "github.com/spf13/cobra"

// developerCommands are commands for those who build packages: none here.
func developerCommands() []*cobra.Command { return nil }
