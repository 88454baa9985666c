package konstantly

import (
	"encoding/json"
	"strings"
)

// purpose says which members a body may have: a PATCH accepts neither an id nor courses, groups and deadlineAt.
type purpose uint8

const (
	creating purpose = iota
	changing
)

const (
	required     = "This value is required"
	wrongType    = "This value has the wrong type"
	invalidEmail = "Invalid email format"
)

// change applies a body to p, and returns what is wrong with it, by member. If that is not empty, p may have changed in part and must not be stored.
// Unknown members are ignored.
func (p *person) change(body []byte, why purpose) map[string][]string {
	var sent map[string]json.RawMessage
	if json.Unmarshal(body, &sent) != nil {
		return map[string][]string{"": {wrongType}}
	}
	wrong := map[string][]string{}
	take := func(name string, needed bool, into any) {
		raw, ok := sent[name]
		switch {
		case !ok && needed:
			wrong[name] = []string{required}
		case ok && json.Unmarshal(raw, into) != nil:
			wrong[name] = []string{wrongType}
		}
	}
	isNew := why == creating
	var password string
	take("email", true, &p.Email)
	take("name", isNew, &p.Name)
	take("password", isNew, &password)
	take("roleAlias", isNew, &p.Role.Alias)
	take("bio", false, &p.Bio)
	take("occupation", false, &p.Occupation)
	take("location", false, &p.Location)
	take("timezone", false, &p.Timezone)
	take("fromApi", false, &p.FromAPI)
	if isNew {
		take("id", false, &p.ID)
		take("courses", false, &p.Courses)
		take("groups", false, &p.Groups)
		take("deadlineAt", false, &p.DeadlineAt)
	}
	if raw, ok := sent["attributes"]; ok { // a complete set, which replaces the old one
		p.Attributes = map[string]json.RawMessage{}
		take("attributes", false, &p.Attributes)
		checkAttributes(raw, wrong)
	}
	p.check(wrong, isNew, password)
	p.Password = p.Password || password != ""
	return wrong
}

// check checks the values that were read. Missing members and wrong types are already reported.
func (p *person) check(wrong map[string][]string, isNew bool, password string) {
	report := func(name, words string, bad bool) {
		if bad && wrong[name] == nil {
			wrong[name] = []string{words}
		}
	}
	report("email", invalidEmail, !isEmail(p.Email))
	report("name", required, p.Name == "")
	report("roleAlias", required, p.Role.Alias == "")
	report("password", required, isNew && password == "")
	report("id", "Must be alphanumeric", strings.ContainsFunc(p.ID, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}))
}

func isEmail(text string) bool {
	local, domain, ok := strings.Cut(text, "@")
	return ok && local != "" && strings.Contains(domain, ".") && !strings.ContainsAny(text, " \t\n")
}
