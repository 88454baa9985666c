package help

import (
	"fmt"
	"strings"

	"usersync/sync/user"
	"usersync/writer/codes"
)

// Explained is the help of an outcome or a code; "" if word is neither.
func Explained(word string) string {
	for _, o := range codes.Outcomes() {
		if strings.EqualFold(word, string(o.Status)) {
			return explanation(string(o.Status), o.Meaning, o.Do) + "\nThe codes say why: usersync help codes\n"
		}
	}
	e, known := codes.Lookup(strings.ToLower(word))
	if !known {
		return ""
	}
	return explanation(strings.ToLower(word), e.Meaning, e.Do) + "  retry  " + e.Retry.String() + "\n"
}

func explanation(word, meaning, do string) string {
	return fmt.Sprintf("%s\n\n%s\n\n  do     %s\n", word, codes.Plain(meaning), codes.Plain(do))
}

// CodeList is the text of `usersync help codes`.
func CodeList() string {
	var b strings.Builder
	b.WriteString("The outcomes, and the codes that say why. More about each: usersync help NAME\n\nOutcomes:\n\n")
	for _, s := range user.Statuses {
		fmt.Fprintf(&b, "  %s\n", s)
	}
	for _, g := range codes.Groups() {
		b.WriteString("\n" + g.Title + ":\n\n")
		for _, e := range g.Entries {
			fmt.Fprintf(&b, "  %-18s  %s\n", e.Code, codes.Plain(firstSentence(e.Meaning)))
		}
	}
	b.WriteString("\nA code that is not here is one of the API, and its reference explains it.\n")
	return b.String()
}

// ColumnList is the text of `usersync help results`.
func ColumnList() string {
	var b strings.Builder
	b.WriteString("The columns of results.csv, and the keys of results.jsonl. The outcomes and codes: usersync help codes\n\n")
	for _, c := range codes.Columns() {
		fmt.Fprintf(&b, "  %-11s  %s\n", c.Name, codes.Plain(c.Meaning))
	}
	return b.String()
}

func firstSentence(text string) string {
	first, _, more := strings.Cut(text, ". ")
	if more {
		return first + "."
	}
	return text
}
