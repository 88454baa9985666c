package setting

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/setting/internal/reference"
	"usersync/reader/mapping"
	"usersync/reader/place"
)

// Sources are the places that a value may come from, in order of precedence.
type Sources struct {
	Flags       map[string][]string // by flag name, only those given
	Environment Environment
	File        *File // nil without one
	// Section is the chosen API, whose section of the config overrides the settings for
	// all APIs; empty until it is known.
	Section string
	Sandbox bool // settings that are Remote do not apply
	// Commands are those that the values are for, if they take only some of the settings.
	// What env:NAME and file:PATH lead to is not read for them where they do not need it.
	Commands Commands
	// WithoutCalls is for a command that makes no call with the values, which need not hold
	// the credentials of the API then.
	WithoutCalls bool
	// WithAccount is for such a command that looks in the ledger: it needs those of the
	// credentials that say which account it is.
	WithAccount bool
}

// needless reports whether the value that s leads to is not needed: it does not apply to the
// sandbox, or to a command that makes no calls or takes the settings of an earlier run.
func (src Sources) needless(s *Setting) bool {
	switch {
	case s.Remote && src.Sandbox:
		return true
	case s.Commands&src.Commands != 0:
		return false
	case src.Commands&ForLedger != 0:
		return s.Kind == Secret || s.isCredential()
	case src.WithoutCalls:
		return s.isCredential() && (s.Commands&ForLedger == 0 || !src.WithAccount)
	}
	return s.indirect() && src.callsNothing() || s.Remote && src.Commands == ForPublish
}

// isCredential reports whether the value is one of those that say who calls the API.
func (s *Setting) isCredential() bool {
	return s.section != "" && strings.HasPrefix(s.Key, s.section+".auth.") && s.indirect()
}

// ReadsCredentials reports whether the API may be called with the values.
func (src Sources) ReadsCredentials() bool {
	return !src.Sandbox && !src.WithoutCalls && src.Commands&ForLedger == 0 && !src.callsNothing()
}

// callsNothing is about the settings in Commands alone: the calls of resume, retry and apply
// are made with those of the run or plan.
func (src Sources) callsNothing() bool {
	return slices.Contains([]Commands{ForVerify, ForResume, ForRetry, ForApply}, src.Commands)
}

// origin is the text of a value before it is checked, and where it was set.
type origin struct {
	texts  []string
	name   string // --rate, USERSYNC_RATE, usersync.yaml:3, default
	inFile bool
	byFlag bool
}

var (
	errPlainSecret   = errors.New("a secret is written here in clear text")
	errPasswordInURL = errors.New("the URL contains a password in clear text")
	errSecretInURL   = errors.New("the URL contains a password, or a query that may be a signature, in clear text")
)

const defaultOrigin = "default"

// of returns where s gets its value. Without texts it has none.
func (src Sources) of(s *Setting) origin {
	if texts, ok := src.Flags[s.Flag]; ok && s.Flag != "" {
		return origin{texts: texts, name: "--" + s.Flag, byFlag: true}
	}
	if text, ok := src.variable(s); ok {
		return origin{texts: split(text, s), name: s.Env()}
	}
	if v, ok := src.inFile(s); ok {
		return origin{texts: v.texts, name: fmt.Sprintf("%s:%d", src.File.Path, v.line), inFile: true}
	}
	if s.Default == "" {
		return origin{}
	}
	// A default path is relative like the paths in the config file.
	return origin{texts: []string{s.Default}, name: defaultOrigin, inFile: src.File != nil}
}

// inFile is the value in the config file; the API's own section comes first, unless s was added
// when the API already had a setting of that name.
func (src Sources) inFile(s *Setting) (fileValue, bool) {
	if src.File == nil {
		return fileValue{}, false
	}
	own := src.Section + "." + s.Key
	if v, ok := src.File.values[own]; ok && s.perAPI() && !(s.Added && src.File.schema.has(own)) {
		return v, true
	}
	v, ok := src.File.values[s.Key]
	return v, ok
}

// dir is where relative paths in the config file start.
func (src Sources) dir() string {
	if src.File == nil {
		return "."
	}
	return filepath.Dir(src.File.Path)
}

func (src Sources) variable(s *Setting) (string, bool) {
	if s.Env() == "" {
		return "", false
	}
	text, ok := src.Environment.Lookup(s.Env())
	return text, ok && text != ""
}

func split(text string, s *Setting) []string {
	if s.several() {
		return strings.Split(text, ",")
	}
	return []string{text}
}

// Texts are where s gets its value, before they are checked; none without a value.
func (src Sources) Texts(s *Setting) []string { return src.of(s).texts }

// refusePlainSecret finds secrets written where others may read them.
func refusePlainSecret(s *Setting, o origin) error {
	for _, text := range o.texts {
		if s.Kind == Secret && !reference.Is(text) {
			return errPlainSecret
		}
		if (s.Kind == URL || s.Kind == Database) && (o.byFlag || o.inFile && !reference.Is(text)) && reference.HasPassword(text) {
			return errPasswordInURL
		}
		if s.mayBeURL() && (o.byFlag || o.inFile && (!reference.Is(text) || isFileURL(text))) && place.HoldsSecret(text) {
			return errSecretInURL
		}
	}
	return nil
}

func (src Sources) assign(found *Found, s *Setting, o origin, text string) error {
	if o.inFile && s.indirect() && !isFileURL(text) {
		expanded, err := src.expand(text, found)
		if err != nil {
			return err
		}
		text = expanded
	}
	if s.Kind == URL && text != s.Keyword {
		if err := reference.CheckURL(text); err != nil {
			return err
		}
	}
	if s.mayBeURL() {
		text = src.Environment.Places.Add(text)
	}
	if o.inFile && s.isPath(text) {
		text = reference.RelativeTo(src.dir(), text)
	}
	if file, ok := strings.CutPrefix(text, SQLite); ok && o.inFile && s.Kind == Database && file != "" {
		text = SQLite + reference.RelativeTo(src.dir(), file)
	}
	if s.Source != nil {
		*s.Source = o.name
	}
	return s.Assign(text)
}

// expand reads env:NAME and file:PATH.
func (src Sources) expand(text string, found *Found) (string, error) {
	if file, ok := strings.CutPrefix(text, "file:"); ok {
		found.Files = append(found.Files, reference.RelativeTo(src.dir(), file))
	}
	return reference.Expand(text, src.dir(), src.Environment.Lookup)
}

// isFileURL reports whether a text is a path written as a URL, and no file that holds a value.
func isFileURL(text string) bool {
	_, is := place.Local(text)
	return is
}

// fault names the value by its source and key, and does not show a secret's text.
func (src Sources) fault(s *Setting, o origin, text string, err error) error {
	named := o.name
	if o.inFile {
		named += ": " + s.Key
	}
	return exit.Usage(fmt.Errorf("read settings: %s: %w", named, err), settingHint(s, text, err), "usersync help settings")
}

func settingHint(s *Setting, text string, err error) string {
	var few *wordError
	switch {
	case errors.Is(err, errPlainSecret):
		return fmt.Sprintf("write %s: env:NAME or file:PATH, and keep the value there", s.Key)
	case errors.Is(err, errPasswordInURL), errors.Is(err, errSecretInURL):
		return fmt.Sprintf("put the URL in a file or variable and write %s: env:NAME or file:PATH in the config", s.Key)
	case errors.As(err, &few) && s.several() && strings.Contains(text, ","):
		return fmt.Sprintf("for several write --%s %s, or %s: [%s] in the config", s.Flag, strings.ReplaceAll(text, ",", " --"+s.Flag+" "), s.Key, strings.ReplaceAll(text, ",", ", "))
	case errors.As(err, &few):
		if near, ok := mapping.Nearest(text, few.words); ok { // the message lists them all
			return "did you mean " + near + "?"
		}
	}
	if unset, ok := errors.AsType[*reference.UnsetError](err); ok {
		return fmt.Sprintf("export %s, or write file:PATH instead of env:%s", unset.Variable, unset.Variable)
	}
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return "check that the file exists and that you may read it; a relative path starts at the config"
	}
	return ""
}
