package main

import (
	"fmt"
	"strings"
	"testing"

	"usersync/cmd/usersync/internal/exit"
)

func TestHelpNamesEveryExitCode(t *testing.T) {
	text := exitCodeTable()
	for _, m := range exit.Meanings() {
		if !strings.Contains(text, fmt.Sprintf(" %d  ", m.Code)) {
			t.Errorf("exit code %d is not in the help", m.Code)
		}
	}
}
