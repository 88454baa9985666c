package answer

import (
	"strings"

	"usersync/sync/destination/custom/internal/document"
	"usersync/sync/destination/custom/internal/jsontree"
	"usersync/sync/destination/custom/internal/request"
)

// Decode reads the section answer: of a call. Its error is a *document.Error.
func (w *Layout) Decode(a document.Node) error {
	return w.top.keys().With(document.Keys{
		"key":      place(&w.key),
		"keyed_by": templates(&w.keyedBy), "ignore_case": document.Boolean(&w.fold),
		"results": func(v document.Node) error { return list(v, &w.results, nil) },
		"errors":  func(v document.Node) error { return list(v, &w.errors, nil) },
		"done":    func(v document.Node) error { return v.List(w.addDone) },
		"buckets": func(v document.Node) error { return buckets(v, &w.buckets) },
		"absent":  document.Words(&w.absent, string(absentInDoubt), string(absentSucceeded), string(absentFailed)),
		"success": func(v document.Node) error {
			var word string
			err := document.Words(&word, "done", "accepted")(v)
			w.accepts = word == "accepted"
			return err
		},
		"may_be_empty": document.Boolean(&w.empty),
		"means":        means(&w.meanings), "count": place(&w.count),
	}).Read(a)
}

// addDone reads one list of users that succeeded.
func (w *Layout) addDone(a document.Node) error {
	var e *entries
	var as meaning
	if err := list(a, &e, document.Keys{"as": document.Words(&as, successes...)}); err != nil {
		return err
	}
	e.as = as
	w.done = append(w.done, e)
	return nil
}

func (s *locations) keys() document.Keys {
	return document.Keys{
		"status": place(&s.status), "code": place(&s.code), "message": places(&s.message),
		"remote": place(&s.remote), "created": place(&s.created), "retry_after": place(&s.after),
	}
}

func list(a document.Node, to **entries, more document.Keys) error {
	e := &entries{}
	*to = e
	err := e.locations.keys().With(more).With(document.Keys{
		"at": place(&e.at), "key": place(&e.key), "keyed_by": templates(&e.keyedBy), "index": place(&e.index),
		"pointer": place(&e.pointer), "below": document.Into(&e.below),
		"by": func(v document.Node) error {
			var word string
			err := document.Words(&word, "position")(v)
			e.byPosition = true
			return err
		},
	}).Read(a)
	switch {
	case err != nil:
		return err
	case e.at == nil:
		return a.Fault("has no at:", `say where the list is, such as at: /errors; at: "" is the whole answer`)
	case e.byPosition && (e.key != nil || e.index != nil || e.pointer != nil):
		return a.Fault("has both by: position and a key", "keep one of them")
	case !e.byPosition && e.key == nil && e.index == nil && e.pointer == nil:
		return a.Fault("does not say which user an entry is about", "add key: /id, by: position, index: /index, or pointer: /source/pointer with below: /data")
	case (e.pointer != nil) != (e.below != ""):
		return a.Fault("needs pointer: and below: together", "such as pointer: /source/pointer and below: /data")
	}
	return nil
}

func buckets(a document.Node, to *[]bucket) error {
	return a.Each(func(name string, line int, v document.Node) error {
		p, err := jsontree.ParsePointer(name)
		if err != nil || len(p) == 0 {
			return &document.Error{Line: line, Rule: a.Key + " needs JSON pointers for keys", Hint: "such as /failedUpdates/invalidEmails: refused"}
		}
		b := bucket{at: p, code: p[len(p)-1]}
		err = document.Words(&b.means, meanings...)(v)
		*to = append(*to, b)
		return err
	})
}

func templates(to *[]request.Template) func(document.Node) error {
	return func(a document.Node) error {
		return a.List(func(e document.Node) error {
			text, err := e.Scalar()
			if err != nil {
				return err
			}
			t, err := request.ParseTemplate(text)
			if err != nil {
				return e.Wrong(err)
			}
			*to = append(*to, t)
			return nil
		})
	}
}

func means(to *map[string]meaning) func(document.Node) error {
	return func(a document.Node) error {
		*to = map[string]meaning{}
		return a.Each(func(name string, _ int, v document.Node) error {
			var m meaning
			err := document.Words(&m, meanings...)(v)
			(*to)[strings.TrimSpace(name)] = m
			return err
		})
	}
}

func place(to *jsontree.Pointer) func(document.Node) error {
	return func(a document.Node) error {
		text, err := a.Scalar()
		if err != nil {
			return err
		}
		if *to, err = jsontree.ParsePointer(text); err != nil {
			return a.Wrong(err)
		}
		return nil
	}
}

func places(to *[]jsontree.Pointer) func(document.Node) error {
	return func(a document.Node) error {
		return a.List(func(e document.Node) error {
			var p jsontree.Pointer
			err := place(&p)(e)
			*to = append(*to, p)
			return err
		})
	}
}
