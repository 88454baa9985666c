package main

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"usersync/cmd/usersync/internal/exit"
)

// layers are the places that a value may come from, the strongest first.
type layers struct {
	flags  map[string][]string // by flag name, only those given
	lookup func(string) (string, bool)
	file   *configFile // nil if there is none
	// block is the API whose section of the config may say all that is otherwise
	// said for all; empty while it is not decided.
	block string
}

// origin is a value's text before it is checked, and where it stood.
type origin struct {
	texts  []string
	place  string // --rate, USERSYNC_RATE, usersync.yaml:3, default
	inFile bool
	byFlag bool
}

// of returns where s gets its value. No texts: nowhere.
func (l layers) of(s *setting) origin {
	if s.key == "to" && l.block != "" {
		return origin{texts: []string{l.block}, place: "--to", byFlag: true}
	}
	if texts, ok := l.flags[s.flag]; ok && s.flag != "" {
		return origin{texts: texts, place: "--" + s.flag, byFlag: true}
	}
	if text, ok := l.variable(s); ok {
		return origin{texts: split(text, s), place: s.env()}
	}
	if v, ok := l.inFile(s); ok {
		return origin{texts: v.texts, place: fmt.Sprintf("%s:%d", l.file.path, v.line), inFile: true}
	}
	if s.def == "" {
		return origin{}
	}
	// A default path lies where the config file's own paths would lie.
	return origin{texts: []string{s.def}, place: "default", inFile: l.file != nil}
}

// inFile is what the file says, in the API's own section first.
func (l layers) inFile(s *setting) (configValue, bool) {
	if l.file == nil {
		return configValue{}, false
	}
	if v, ok := l.file.values[l.block+"."+s.key]; ok && s.ofOneAPI() {
		return v, true
	}
	v, ok := l.file.values[s.key]
	return v, ok
}

func (l layers) variable(s *setting) (string, bool) {
	if s.env() == "" {
		return "", false
	}
	text, ok := l.lookup(s.env())
	return text, ok && text != ""
}

func split(text string, s *setting) []string {
	if s.kind == list {
		return strings.Split(text, ",")
	}
	return []string{text}
}

// resolve checks every setting and returns the config. With an error, which tells
// of all that is wrong, it is good to be shown and for nothing else.
func (l layers) resolve() (*config, error) {
	c := &config{dir: ".", layers: l}
	if l.file != nil {
		c.file, c.dir = l.file.path, l.file.dir()
	}
	all := settings()
	// What decides about others comes first.
	slices.SortStableFunc(all, func(a, b setting) int { return rank(a) - rank(b) })
	var wrong []error
	for i := range all {
		if rank(all[i]) > 0 && len(c.Target.All) == 1 {
			c.Target.To, l.block = c.Target.All[0], c.Target.All[0]
		}
		wrong = append(wrong, l.settle(c, &all[i]))
	}
	if l.file != nil {
		if err := l.file.readFields(l.block, &c.Input.Fields); err != nil {
			return nil, err
		}
	}
	wrong = append(wrong, l.readCustom(c))
	return c, errors.Join(wrong...)
}

func rank(s setting) int {
	if s.key == "sandbox" || s.key == "to" {
		return 0
	}
	return 1
}

func (l layers) settle(c *config, s *setting) error {
	o := l.of(s)
	idle := s.remote && c.Target.Sandbox
	shown := shownAs(s, o, idle)
	text, err := "", refuseClear(s, o)
	if err == nil && !idle {
		text, err = l.takeAll(c, s, o)
	}
	if err != nil {
		shown.place += ": " + err.Error()
		err = l.fault(s, o, text, err)
	}
	c.shown = append(c.shown, shown)
	return err
}

// takeAll returns the text that was not taken, with its error.
func (l layers) takeAll(c *config, s *setting, o origin) (string, error) {
	for _, text := range o.texts {
		if err := l.take(c, s, o, text); err != nil {
			return text, err
		}
	}
	return "", nil
}

// refuseClear finds secrets written where anybody may read them.
func refuseClear(s *setting, o origin) error {
	for _, text := range o.texts {
		if s.kind == secret && !isIndirect(text) {
			return errLiteralSecret
		}
		if (s.kind == link || s.kind == database) && (o.byFlag || o.inFile && !isIndirect(text)) && hasPassword(text) {
			return errPasswordInURL
		}
	}
	return nil
}

func (l layers) take(c *config, s *setting, o origin, text string) error {
	if o.inFile && s.indirect() {
		if file, ok := strings.CutPrefix(text, "file:"); ok {
			c.valueFiles = append(c.valueFiles, relativeTo(c.dir, file))
		}
		expanded, err := expand(text, c.dir, l.lookup)
		if err != nil {
			return err
		}
		text = expanded
	}
	if s.kind == link && text != s.also {
		if err := checkLink(text); err != nil {
			return err
		}
	}
	if o.inFile && (s.kind == path && !s.isLiteral(text) || s.key == "from") {
		text = relativeTo(c.dir, text)
	}
	if file, ok := strings.CutPrefix(text, sqliteURL); ok && o.inFile && s.kind == database && file != "" {
		text = sqliteURL + relativeTo(c.dir, file)
	}
	return s.check(c, text)
}

// fault names the value by its place and key; a secret's text is not shown.
func (l layers) fault(s *setting, o origin, text string, err error) error {
	named := o.place
	if o.inFile {
		named += ": " + s.key
	}
	return exit.Usage(fmt.Errorf("read settings: %s: %w", named, err), settingHint(s, text, err), "usersync help settings")
}

func settingHint(s *setting, text string, err error) string {
	var few *wordError
	switch {
	case errors.Is(err, errLiteralSecret):
		return fmt.Sprintf("write %s: env:NAME or file:PATH, and keep the value there", s.key)
	case errors.Is(err, errPasswordInURL):
		return fmt.Sprintf("put the URL into a file or variable and write %s: env:NAME or file:PATH in the config", s.key)
	case errors.As(err, &few) && s.kind == list && strings.Contains(text, ","):
		return fmt.Sprintf("several are --%s %s, or %s: [%s] in the config", s.flag, strings.ReplaceAll(text, ",", " --"+s.flag+" "), s.key, strings.ReplaceAll(text, ",", ", "))
	case errors.As(err, &few):
		return exit.DidYouMean(text, few.words)
	}
	if unset, ok := errors.AsType[*unsetError](err); ok {
		return fmt.Sprintf("export %s, or write file:PATH in place of env:%s", unset.variable, unset.variable)
	}
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return "look whether the file is there and this user may read it; a relative path starts at the config"
	}
	return ""
}
