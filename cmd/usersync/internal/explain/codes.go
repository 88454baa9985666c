package explain

import "usersync/writer/codes"

// explainCode returns what a code means and what to do; empty if it is the API's own.
func explainCode(code string) string {
	if code == "" {
		return ""
	}
	e, ok := codes.Lookup(code)
	if !ok {
		return "the API's own code; its reference explains it."
	}
	if e.Do == "Nothing." {
		return codes.Plain(e.Meaning)
	}
	return codes.Plain(e.Meaning + " " + e.Do)
}
