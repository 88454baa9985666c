package expression

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/nyaruka/phonenumbers"

	"usersync/sync/user"
)

// RuleError is a rule that a cell breaks. It never holds the cell.
type RuleError struct{ Code, Rule string }

// Error returns the rule.
func (e *RuleError) Error() string { return e.Rule }

var ownNames = [...]string{"date", "digits", "e164", "hashed_email", "md5", "sha256"}

// functions are our own; lower, upper, trim and split come from the language. Each of ours
// returns "" for "", so what is left out stays left out.
func functions() []expr.Option {
	return []expr.Option{
		expr.Function("date", texts(dates{map[[3]string]datePair{}}.date), new(func(string, string, string) string),
			new(func(string, string, string, int) string), new(func(string, string, string, string) string)),
		expr.Function("digits", texts(digits), new(func(string) string)),
		expr.Function("e164", texts(e164), new(func(string, string) string)),
		expr.Function("hashed_email", texts(hashedEmail), new(func(string) string)),
		expr.Function("md5", texts(func(args []string) (string, error) {
			sum := md5.Sum([]byte(args[0]))
			return hex.EncodeToString(sum[:]), nil
		}), new(func(string) string)),
		expr.Function("sha256", texts(func(args []string) (string, error) {
			sum := sha256.Sum256([]byte(args[0]))
			return hex.EncodeToString(sum[:]), nil
		}), new(func(string) string)),
	}
}

// ownDate puts date back, because the builtin of that name is barred.
func ownDate() []expr.Option { return functions()[:1] }

func texts(f func(args []string) (string, error)) func(...any) (any, error) {
	return func(params ...any) (any, error) {
		args := make([]string, len(params))
		for i, p := range params {
			text, ok := p.(string)
			if n, isInt := p.(int); isInt {
				text, ok = strconv.Itoa(n), true
			}
			if !ok && p != nil {
				return nil, &RuleError{"not_text", "must be a single text"}
			}
			args[i] = text
		}
		if args[0] == "" {
			return "", nil
		}
		return f(args)
	}
}

func digits(args []string) (string, error) {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, args[0]), nil
}

func e164(args []string) (string, error) {
	number, err := phonenumbers.Parse(args[0], args[1])
	if err != nil || !phonenumbers.IsValidNumber(number) {
		return "", &RuleError{"bad_phone", "must be a phone number" + validIn(args[1]) + ", or begin with + and a country code"}
	}
	return phonenumbers.Format(number, phonenumbers.E164), nil
}

// validIn names the region only if it exists: it could come from a cell.
func validIn(region string) string {
	if phonenumbers.GetCountryCodeForRegion(region) == 0 {
		return " that is valid in its region"
	}
	return " that is valid in " + region
}

// hashedEmail is Kard's hashed e-mail: white space removed, lower case, dots and +tags of
// Gmail addresses removed, SHA-256 in hex. It refuses what is not one address: a hash does
// not show later what was hashed.
func hashedEmail(args []string) (string, error) {
	address := strings.ToLower(user.Trim(args[0]))
	if address == "" {
		return "", nil
	}
	local, domain, _ := strings.Cut(address, "@")
	if domain == "gmail.com" || domain == "googlemail.com" {
		local, _, _ = strings.Cut(local, "+")
		local, domain = strings.ReplaceAll(local, ".", ""), "gmail.com"
	}
	if !user.IsEmail(address) || local == "" {
		return "", &RuleError{"bad_email", "must be one e-mail address, such as name@example.com, and nothing more"}
	}
	sum := sha256.Sum256([]byte(local + "@" + domain))
	return hex.EncodeToString(sum[:]), nil
}

// call checks the literal arguments of a call, before any row is read.
func (r *references) call(n *ast.CallNode) {
	name, ok := n.Callee.(*ast.IdentifierNode)
	if !ok {
		return
	}
	r.calls = append(r.calls, name.Value)
	if problem := checkDate(n.Arguments); name.Value == "date" && problem != "" {
		r.problem = "has an expr with a date form that cannot be used: " + problem
	}
	for i, argument := range n.Arguments {
		text, ok := argument.(*ast.StringNode)
		if !ok || i == 0 {
			continue
		}
		if name.Value == "e164" && phonenumbers.GetCountryCodeForRegion(text.Value) == 0 {
			r.problem = "has an expr with an unknown region: e164 takes two capital letters, such as US"
		}
	}
}
