package mapping

import (
	"slices"
	"strconv"

	"usersync/sync/user"
)

// planner decides what to do with each column, and stores it in a Mapper.
type planner struct{ *Mapper }

// New checks the mapping against header and destination. An error is an *Error.
func New(o Options) (*Mapper, error) {
	m := &Mapper{o: o, columns: map[string]int{}, skipped: map[string]bool{}, id: step{column: -1}, op: opColumn{index: -1}, nulls: newNulls(o.Config.NullValues)}
	p := planner{m}
	for _, name := range o.Config.Ignore {
		m.skipped[user.Trim(name)] = true
	}
	if err := p.setHeader(); err != nil {
		return nil, err
	}
	if err := p.setOp(); err != nil {
		return nil, err
	}
	plan := p.byName
	if len(o.Config.Fields) > 0 {
		plan = p.byRules
	}
	if err := plan(); err != nil {
		return nil, err
	}
	if err := p.refuseTwins(); err != nil {
		return nil, err
	}
	if m.id.field == "" {
		return nil, &Error{Rule: "there is no id column", Hint: "name the column with the users' key id, or map it: fields: {id: THEIR_COLUMN}"}
	}
	slices.SortStableFunc(m.steps, func(a, b step) int { return a.rank(len(m.header)) - b.rank(len(m.header)) })
	return m, nil
}

// rank puts computed fields after the columns.
func (s step) rank(columns int) int {
	if s.column < 0 {
		return columns
	}
	return s.column
}

func (m planner) setHeader() error {
	seen := map[string]bool{}
	for i, raw := range m.o.Header {
		name := user.Trim(raw)
		if name == "" && len(m.o.Config.Fields) == 0 {
			return &Error{Rule: Shown("", i) + " has no name", Hint: "name it in the header"}
		}
		if name != "" && seen[name] && len(m.o.Config.Fields) == 0 && !m.skipped[name] {
			return m.twice(name, i)
		}
		seen[name] = true
		m.header = append(m.header, name)
	}
	return nil
}

func (m planner) twice(name string, i int) *Error {
	return &Error{Column: name, Rule: m.shown(name, i) + " appears twice in the header", Hint: "rename or remove one of them"}
}

// refuseTwins refuses a column that is read and has the name of another: which of them is
// meant cannot be told. Columns that are not read do not matter.
func (m planner) refuseTwins() error {
	first := map[string]int{}
	for i, name := range m.header {
		at, again := first[name]
		if again && (m.Uses(i) || m.OpColumn(at) || m.OpColumn(i)) {
			return m.twice(name, i)
		}
		if name != "" && !again {
			first[name] = i
		}
	}
	return nil
}

// byName takes every column by its own name.
func (m planner) byName() error {
	if err := m.refuseNoHeader(); err != nil {
		return err
	}
	var unknown []*Error
	for i, name := range m.header {
		if m.skipped[name] || i == m.op.index {
			continue
		}
		field, err := m.known(name, i)
		if err != nil && m.OpColumn(i) {
			continue
		}
		if err == nil {
			err = m.add(step{field: field, column: i}, name, 0)
		}
		if err != nil {
			unknown = append(unknown, err)
		}
	}
	return joined(unknown)
}

// joined reports the first errors together, so you can fix a file in one go.
func joined(errs []*Error) error {
	if len(errs) == 0 {
		return nil
	}
	all := *errs[0]
	for _, e := range errs[1:min(len(errs), shownErrors)] {
		all.Rule += "; " + e.Rule
	}
	if more := len(errs) - shownErrors; more > 0 {
		all.Rule += "; and " + strconv.Itoa(more) + " more"
	}
	return &all
}

// refuseNoHeader keeps a first row of data out of every message.
func (m planner) refuseNoHeader() error {
	for _, name := range m.header {
		if _, known := m.field(name); known || m.skipped[name] || m.o.Accepts.Any && name == string(user.ID) {
			return nil
		}
	}
	if m.o.Typed {
		return &Error{Rule: "none of the keys of the first record is a known column", Hint: "check that this is a list of users, or map the keys under fields:"}
	}
	return &Error{Rule: "there is no header: none of the names in the first record is a known column",
		Hint: "put the column names on the first line, or map them under fields:"}
}

func (m planner) field(name string) (user.Field, bool) {
	if f, ok := m.o.Names[name]; ok {
		return f, true
	}
	return user.Field(name), user.Field(name).IsOpen()
}

const unknownHint = "rename it, map it under fields:, or list it under ignore:"

func (m planner) known(name string, i int) (user.Field, *Error) {
	field, ok := m.field(name)
	if ok || m.o.Accepts.Any {
		return field, nil
	}
	return "", &Error{Column: name, Rule: m.shown(name, i) + " is not a known column" + didYouMean(name, m.names()), Hint: unknownHint}
}

// names are those by which columns are known.
func (m planner) names() []string {
	var names []string
	for name := range m.o.Names {
		names = append(names, name)
	}
	return names
}

// add adds the step if the destination takes its field and no other step makes it.
func (m planner) add(s step, column string, line int) *Error {
	from := "field " + string(s.field)
	if column != "" {
		from = m.shown(column, s.column) + " (" + string(s.field) + ")"
	}
	if !m.o.Accepts.takes(s.field) {
		return &Error{Line: line, Column: column, Rule: from + " cannot be sent: " + m.o.Accepts.Name + " does not take it",
			Hint: "list the column under ignore:, or leave the field out of fields:"}
	}
	for _, other := range append([]step{m.id}, m.steps...) {
		if other.field == s.field {
			return &Error{Line: line, Column: column, Rule: from + " is the same field as another column", Hint: "list one of them under ignore:"}
		}
	}
	if s.column >= 0 {
		m.columns[m.header[s.column]] = s.column
	}
	if s.field.IsSecret() {
		for _, column := range s.feeds() {
			m.secrets = append(m.secrets, source{column, s.field})
		}
	} else if s.column >= 0 && NamesSecret(m.header[s.column]) {
		m.named = append(m.named, source{s.column, s.field})
	}
	if s.field == user.ID {
		m.id = m.prepared(s)
		return nil
	}
	m.steps = append(m.steps, m.prepared(s))
	return nil
}

// Place is Column for names that are already read.
func (m *Mapper) Place(name string) (place int, read bool) {
	place, read = m.columns[name]
	return place, read
}

// Column returns the place of the cell for the named column, and whether it is read at all. If
// cells are typed, a known column that is missing from the header gets a new place. An error is
// a *user.InvalidError.
func (m *Mapper) Column(name string) (place int, read bool, err error) {
	if i, ok := m.columns[name]; ok {
		return i, true, nil
	}
	if len(m.o.Config.Fields) > 0 || m.skipped[name] {
		return 0, false, nil
	}
	p := planner{m}
	field, unknown := p.known(name, len(m.header))
	if unknown == nil {
		m.header = append(m.header, name)
		if unknown = p.add(step{field: field, column: len(m.header) - 1}, name, 0); unknown != nil {
			m.header = m.header[:len(m.header)-1]
		}
	}
	if unknown != nil {
		return 0, false, &user.InvalidError{Code: "unknown_column", Rule: unknown.Rule, Hint: unknown.Hint}
	}
	return len(m.header) - 1, true, nil
}
