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
	m := &Mapper{o: o, columns: map[string]int{}, skipped: map[string]bool{}, made: map[user.Field]bool{}, id: step{column: -1}, op: opColumn{index: -1}, nulls: newNulls(o.Config.NullValues)}
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
		field, known := m.field(name)
		switch {
		case !known && m.OpColumn(i):
		case known && m.fits(field):
			m.put(step{field: field, column: i})
		case len(unknown) < shownErrors:
			unknown = append(unknown, m.refusalOf(name, i))
		default: // there can be very many
			unknown = append(unknown, nil)
		}
	}
	return joined(unknown)
}

// joined reports the first errors together, so you can fix a file in one go. Those after
// shownErrors are only counted.
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
		if _, known := m.o.Names[name]; known || user.Field(name).IsOpen() || m.skipped[name] || m.o.Accepts.Any && name == string(user.ID) {
			return nil
		}
	}
	if m.o.Typed {
		return &Error{Rule: "none of the keys of the first record is a known column", Hint: "check that this is a list of users, or map the keys under fields:"}
	}
	return &Error{Rule: "there is no header: none of the names in the first record is a known column",
		Hint: "put the column names on the first line, or map them under fields:"}
}

// field returns the field that a column by that name is, if there is one.
func (m planner) field(name string) (f user.Field, known bool) {
	if f, ok := m.o.Names[name]; ok {
		return f, true
	}
	return user.Field(name), m.o.Accepts.Any || user.Field(name).IsOpen()
}

const unknownHint = "rename it, map it under fields:, or list it under ignore:"

// refusalOf says why no column by that name, which has that index, can be added.
func (m planner) refusalOf(name string, i int) *Error {
	if field, known := m.field(name); known {
		return m.refusal(step{field: field, column: i}, name, 0)
	}
	return &Error{Column: name, Rule: m.shown(name, i) + " is not a known column" + didYouMean(name, m.names()), Hint: unknownHint}
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
	if !m.fits(s.field) {
		return m.refusal(s, column, line)
	}
	m.put(s)
	return nil
}

// fits reports whether the destination takes the field and no step makes it.
func (m planner) fits(f user.Field) bool { return m.o.Accepts.takes(f) && !m.made[f] }

// refusal says why a step cannot be added.
func (m planner) refusal(s step, column string, line int) *Error {
	from := "field " + string(s.field)
	if column != "" {
		from = m.shown(column, s.column) + " (" + string(s.field) + ")"
	}
	if !m.o.Accepts.takes(s.field) {
		return &Error{Line: line, Column: column, Rule: from + " cannot be sent: " + m.o.Accepts.Name + " does not take it",
			Hint: "list the column under ignore:, or leave the field out of fields:"}
	}
	return &Error{Line: line, Column: column, Rule: from + " is the same field as another column", Hint: "list one of them under ignore:"}
}

// put adds a step that can be added.
func (m planner) put(s step) {
	m.made[s.field] = true
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
		return
	}
	m.steps = append(m.steps, m.prepared(s))
}
