package main

import (
	"go/scanner"
	"go/token"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// kinds are the kinds of prose.
var kinds = []string{"docs", "comments", "strings", "stories"}

// block is prose that belongs together: a paragraph, a comment, a string. Its
// lines are those of the file, so that the place of a word can be told.
type block struct {
	kind string
	line int
	text string
}

// readerOf returns how the prose of a file is found; nil if it holds none.
func readerOf(name string) func(name string, text []byte) ([]block, error) {
	base := path.Base(name)
	switch path.Ext(base) {
	case ".md":
		return readMarkdown
	case ".go":
		return readGo
	case ".txtar":
		return readScript
	case ".yaml", ".yml", ".example", ".service", ".timer", ".sh":
		return readHashed
	}
	switch {
	case base == "Makefile", base == "Dockerfile", base == "crontab":
		return readHashed
	case path.Ext(base) == "" && (strings.HasPrefix(name, ".ci/") || strings.HasPrefix(name, "deploy/")):
		return readHashed
	}
	return nil
}

var (
	codeSpan    = regexp.MustCompile("`[^`\n]*`")
	linkTarget  = regexp.MustCompile(`\]\([^)\n]*\)`)
	hashComment = regexp.MustCompile(`(?:^|\s)#\s?(.*)$`)
	quoteBegin  = regexp.MustCompile(`<!-- (?:the table is made by |quoted from the program)`)
	quoteEnd    = regexp.MustCompile(`<!-- end of (?:the table|quote) -->`)
)

// readMarkdown leaves out code spans and code blocks, of which only the comments
// are prose. It leaves out console blocks and quotes of the program completely:
// the program's strings are checked where they are written.
func readMarkdown(_ string, text []byte) ([]block, error) {
	lines := strings.Split(string(text), "\n")
	fence, language, quoted := "", "", false
	for i, line := range lines {
		trimmed := strings.TrimSpace(line)
		switch {
		case fence != "":
			if strings.HasPrefix(trimmed, fence) {
				fence, lines[i] = "", ""
			} else if m := hashComment.FindStringSubmatch(line); m != nil && language != "console" && language != "" {
				lines[i] = m[1]
			} else {
				lines[i] = ""
			}
		case strings.HasPrefix(trimmed, "```"):
			fence, language, lines[i] = "```", strings.TrimPrefix(trimmed, "```"), ""
		case quoteBegin.MatchString(line):
			quoted, lines[i] = true, ""
		case quoteEnd.MatchString(line):
			quoted, lines[i] = false, ""
		case quoted:
			lines[i] = ""
		default:
			lines[i] = withoutCode(linkTarget.ReplaceAllString(line, "]"))
		}
	}
	return []block{{kind: "docs", line: 1, text: strings.Join(lines, "\n")}}, nil
}

// withoutCode leaves something in place of a code span, so that what is around it
// does not become a phrase.
func withoutCode(text string) string {
	return codeSpan.ReplaceAllString(text, "·")
}

// readHashed reads files whose comments begin with #. A unit's Description is
// prose as well.
func readHashed(_ string, text []byte) ([]block, error) {
	lines := strings.Split(string(text), "\n")
	for i, line := range lines {
		switch m := hashComment.FindStringSubmatch(line); {
		case strings.HasPrefix(line, "Description="):
			lines[i] = strings.TrimPrefix(line, "Description=")
		case m == nil || strings.HasPrefix(line, "#!"):
			lines[i] = ""
		default:
			lines[i] = withoutCode(m[1])
		}
	}
	return []block{{kind: "docs", line: 1, text: strings.Join(lines, "\n")}}, nil
}

// readScript reads the story of a test script: the comments before its files.
func readScript(_ string, text []byte) ([]block, error) {
	lines := strings.Split(string(text), "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, "-- ") && strings.HasSuffix(line, " --") {
			lines = lines[:i]
			break
		}
		if story, ok := strings.CutPrefix(line, "#"); ok {
			lines[i] = withoutCode(story)
		} else {
			lines[i] = ""
		}
	}
	return []block{{kind: "stories", line: 1, text: strings.Join(lines, "\n")}}, nil
}

var structTag = regexp.MustCompile(`^\w+:"`)

// readGo reads comments, and in files that are not tests the strings of two
// words or more: one word alone is a name.
func readGo(name string, text []byte) ([]block, error) {
	var blocks []block
	var s scanner.Scanner
	files := token.NewFileSet()
	file := files.AddFile(name, -1, len(text))
	s.Init(file, text, nil, scanner.ScanComments)
	for {
		pos, tok, literal := s.Scan()
		switch tok {
		case token.EOF:
			return blocks, nil
		case token.COMMENT:
			blocks = addComment(blocks, file.Line(pos), literal)
		case token.STRING:
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			value := literal
			if literal[0] == '"' {
				// One line stays one line, whatever it says.
				if v, err := strconv.Unquote(literal); err == nil {
					value = strings.ReplaceAll(v, "\n", " ")
				}
			} else if value = strings.Trim(literal, "`"); structTag.MatchString(value) {
				continue
			}
			if len(strings.Fields(value)) > 1 {
				blocks = append(blocks, block{kind: "strings", line: file.Line(pos), text: value})
			}
		}
	}
}

// addComment joins a comment with the one in the line before, so that phrases
// run over the line break.
func addComment(blocks []block, line int, literal string) []block {
	text, ok := strings.CutPrefix(literal, "//")
	if !ok {
		text = strings.TrimSuffix(strings.TrimPrefix(literal, "/*"), "*/")
	}
	if strings.HasPrefix(text, "go:") || strings.HasPrefix(text, "\t") {
		text = "" // a directive, or code
	}
	text = withoutCode(text)
	if n := len(blocks); n > 0 && ok {
		last := &blocks[n-1]
		if last.kind == "comments" && last.line+strings.Count(last.text, "\n")+1 == line {
			last.text += "\n" + text
			return blocks
		}
	}
	return append(blocks, block{kind: "comments", line: line, text: text})
}
