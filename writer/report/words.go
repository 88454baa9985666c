package report

import (
	"fmt"
	"strings"

	"usersync/sync/user"
)

// Thousands writes 1234567 as 1,234,567.
func Thousands(n int) string {
	digits := fmt.Sprint(n)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// Count writes 1 and "user" as 1 user, 2 as 2 users.
func Count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return Thousands(n) + " " + what
}

// Label writes a status as people say it: in doubt.
func Label(s user.Status) string { return strings.ReplaceAll(string(s), "_", " ") }
