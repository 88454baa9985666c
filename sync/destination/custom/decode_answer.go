package custom

import (
	"strings"

	"usersync/sync/user"
)

func (d *decoder) answer(a at, to *answer) error {
	return merged(to.top.keys(), keys{
		"key":      place(&to.key),
		"keyed_by": templates(&to.keyedBy), "ignore_case": boolean(&to.fold),
		"results": func(v at) error { return list(v, &to.results) },
		"errors":  func(v at) error { return list(v, &to.errors) },
		"done":    func(v at) error { return list(v, &to.done) },
		"buckets": func(v at) error { return buckets(v, &to.buckets) },
		"absent":  words(&to.absent, string(absentInDoubt), string(absentSucceeded), string(absentFailed)),
		"success": func(v at) error {
			var word string
			err := words(&word, "done", "accepted")(v)
			to.accepts = word == "accepted"
			return err
		},
		"may_be_empty": boolean(&to.empty),
		"means":        means(&to.meanings), "count": place(&to.count),
	}).read(a)
}

func merged(all ...keys) keys {
	one := keys{}
	for _, k := range all {
		for name, read := range k {
			one[name] = read
		}
	}
	return one
}

func (s *locations) keys() keys {
	return keys{
		"status": place(&s.status), "code": place(&s.code), "message": places(&s.message),
		"remote": place(&s.remote), "created": place(&s.created), "retry_after": place(&s.after),
	}
}

func list(a at, to **entries) error {
	e := &entries{}
	*to = e
	err := merged(e.locations.keys(), keys{
		"at": place(&e.at), "key": place(&e.key), "keyed_by": templates(&e.keyedBy), "index": place(&e.index),
		"pointer": place(&e.pointer), "below": into(&e.below),
		"by": func(v at) error {
			var word string
			err := words(&word, "position")(v)
			e.byPosition = true
			return err
		},
	}).read(a)
	switch {
	case err != nil:
		return err
	case e.at == nil:
		return a.fault("has no at:", `say where the list is, such as at: /errors; at: "" is the whole answer`)
	case e.byPosition && (e.key != nil || e.index != nil || e.pointer != nil):
		return a.fault("has both by: position and a key", "keep one of them")
	case !e.byPosition && e.key == nil && e.index == nil && e.pointer == nil:
		return a.fault("does not say which user an entry is about", "add key: /id, by: position, index: /index, or pointer: /source/pointer with below: /data")
	case (e.pointer != nil) != (e.below != ""):
		return a.fault("needs pointer: and below: together", "such as pointer: /source/pointer and below: /data")
	}
	return nil
}

func buckets(a at, to *[]bucket) error {
	return a.each(func(name string, line int, v at) error {
		p, err := parsePointer(name)
		if err != nil || len(p) == 0 {
			return &Error{Line: line, Rule: a.key + " needs JSON pointers for keys", Hint: "such as /failedUpdates/invalidEmails: refused"}
		}
		b := bucket{at: p, code: p[len(p)-1]}
		err = words(&b.means, meanings...)(v)
		*to = append(*to, b)
		return err
	})
}

func templates(to *[]template) func(at) error {
	return func(a at) error {
		return a.list(func(e at) error {
			text, err := e.scalar()
			if err != nil {
				return err
			}
			t, err := parseTemplate(text)
			if err != nil {
				return e.wrong(err)
			}
			*to = append(*to, t)
			return nil
		})
	}
}

func means(to *map[string]meaning) func(at) error {
	return func(a at) error {
		*to = map[string]meaning{}
		return a.each(func(name string, _ int, v at) error {
			var m meaning
			err := words(&m, meanings...)(v)
			(*to)[strings.TrimSpace(name)] = m
			return err
		})
	}
}

// reader reads the section of the read-back.
func (d *decoder) reader(a at, to *read) error {
	to.line, to.method = a.Line, "GET"
	err := keys{
		"method": words(&to.method, "GET", "POST"), "path": d.path(&to.path),
		"query": d.pairs(&to.query, false), "headers": d.pairs(&to.headers, true),
		"body": func(v at) (err error) {
			t := tree{}
			to.body, err = t.node(v)
			to.named = t.named
			return err
		},
		"answer": func(v at) error {
			return merged(to.answer.top.keys(), keys{
				"at": place(&to.at), "list": boolean(&to.list), "key": place(&to.key), "remote": place(&to.remote), "fields": to.readFields,
				"errors":   func(v at) error { return list(v, &to.answer.errors) },
				"keyed_by": templates(&to.answer.keyedBy), "ignore_case": boolean(&to.answer.fold), "means": means(&to.answer.meanings),
			}).read(v)
		},
	}.read(a)
	switch {
	case err != nil:
		return err
	case len(to.path) == 0:
		return a.fault("has no path", "add path: /users/{id}")
	case to.list && to.key == nil:
		return a.fault("finds a list of users, but does not say which one to take", "add key: to its answer, with the place of the key in each user")
	case to.at == nil:
		to.at = pointer{}
	}
	to.batch = 1
	return to.call.check(a, d.config)
}

func (r *read) readFields(a at) error {
	return a.each(func(name string, _ int, v at) error {
		f := readField{field: user.Field(name)}
		err := place(&f.at)(v)
		r.fields = append(r.fields, f)
		return err
	})
}
