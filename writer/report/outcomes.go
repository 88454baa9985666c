package report

import (
	"fmt"
	"strings"

	"usersync/sync/user"
	"usersync/writer"
)

func (p *reportBuilder) outcomes(s *Summary) {
	total := Thousands(s.Outcomes.Total())
	width := max(len(total), 7)
	for _, status := range user.Statuses {
		if n := s.Outcomes.Count(status); n > 0 {
			line := fmt.Sprintf("  %*s  %-*s  %s", width, Thousands(n), statusWidth, Label(status), reasons(status, n, s.Codes[status]))
			p.look(styleOf(status))
			p.printf("%s\n", strings.TrimRight(line, " "))
		}
	}
	p.printf("  %s\n", strings.Repeat("-", width))
	if s.Unaccounted() != 0 {
		p.look(bad)
	}
	p.printf("  %*s  %s\n", width, total, accounted(s))
	if after := s.RecordsRead - s.SettledUpTo; s.State != Finished && after > 0 && len(s.Calls) > 0 {
		p.printf("  %*s  %s\n", width, "", afterLast(s.Calls, s.PerhapsTaken))
	}
	if s.Skipped != nil {
		p.printf("  %*s  %s\n", width, "", s.Skipped)
	}
	p.printf("\n")
}

// String says how many lines were skipped, and why.
func (s *Skipped) String() string {
	var parts []string
	if s.Headers > 0 {
		parts = append(parts, Thousands(s.Headers)+" that repeat the header")
	}
	if s.Blank > 0 {
		parts = append(parts, Count(s.Blank, "blank line"))
	}
	for _, other := range []struct {
		n    int
		text string
	}{
		{s.Leading, "first line for programs (sep=, #TYPE or version:)"}, {s.BeforeHeader, "before the header"}, {s.Dashes, "of dashes under the header"},
		{s.Comments, "of comments"}, {s.Footers, "of footers"}, {s.EndMarks, "end-of-file character (0x1A)"},
	} {
		if other.n > 0 {
			parts = append(parts, Thousands(other.n)+" "+other.text)
		}
	}
	if s.OtherGroups > 0 {
		parts = append(parts, Count(s.OtherGroups, "reject")+" of other groups")
	}
	if s.Settled > 0 {
		parts = append(parts, Count(s.Settled, "reject")+" settled before")
	}
	if s.Sheets > 0 {
		parts = append(parts, "those of "+Count(s.Sheets, "more sheet")+", as no sheet is named")
	}
	return "lines skipped: " + strings.Join(parts, ", ")
}

// afterLast says what the API may have done with the records after the last result.
func afterLast(made map[string]Calls, taken int) string {
	if taken > 0 {
		return "later records may have been taken: at most " + Thousands(taken)
	}
	for _, c := range made {
		for what := range c.Met {
			early := what == "dial" || what == "dns" || what == "proxy" || strings.HasPrefix(what, "token_") && what != "token_expired"
			if !early {
				return "no later user was touched this time"
			}
		}
	}
	return "no call got through; no later user was touched this time"
}

// accounted compares the total with what was read.
func accounted(s *Summary) string {
	outcomes := "outcomes"
	if s.Outcomes.Total() == 1 {
		outcomes = "outcome"
	}
	switch n := s.Unaccounted(); {
	case n > 0:
		return fmt.Sprintf("%s, and %s WITHOUT ONE. This is a bug in usersync: please report it.", outcomes, Count(n, "record"))
	case n < 0:
		return fmt.Sprintf("%s, %s TOO MANY. This is a bug in usersync: please report it.", outcomes, Thousands(-n))
	case s.State == Finished:
		if d := s.Deleted().Users; d > 0 {
			return fmt.Sprintf("%s for %s and %s", outcomes, Count(s.RecordsRead, "record"), Count(d, "deletion"))
		}
		return fmt.Sprintf("%s for %s", outcomes, Count(s.RecordsRead, "record"))
	}
	return fmt.Sprintf("%s; %s read, the results end at record %s", outcomes, Count(s.RecordsRead, "record"), Thousands(s.SettledUpTo))
}

const mostReasons = 3

// reasons names the most frequent codes of n records, and how many have others. A reject always has a
// code; a success may have none.
func reasons(status user.Status, n int, codes []writer.Code) string {
	var list []string
	if !status.Rejected() {
		n = 0
		for _, c := range codes {
			n += c.Records
		}
	}
	for _, c := range codes[:min(len(codes), mostReasons)] {
		list = append(list, Thousands(c.Records)+" "+c.Code)
		n -= c.Records
	}
	switch {
	case len(codes) <= mostReasons:
	case n == 1:
		list = append(list, "and 1 other")
	default:
		list = append(list, "and "+Thousands(n)+" others")
	}
	return strings.Join(list, ", ")
}
