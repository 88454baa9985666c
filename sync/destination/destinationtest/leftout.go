package destinationtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"usersync/sync/destination/destinationtest/stage"
	"usersync/sync/user"
)

// leftOut removes one attribute at a time: what the record does not have is not sent,
// not even as null or empty.
func leftOut(s Suite, t *testing.T) {
	for _, op := range opsOf(s.facts(t)) {
		if op == user.Delete {
			continue
		}
		bubble(t, string(op), func(t *testing.T) {
			sc := s.open(t)
			b := sc.ready(op, 1)
			sc.stage.Playing(stage.Answering(http.StatusInternalServerError, ""))
			full := leaves(sc, b)
			for _, leaf := range full {
				if strings.HasSuffix(leaf, "=null") || strings.HasSuffix(leaf, `=""`) || strings.HasSuffix(leaf, "={}") || strings.HasSuffix(leaf, "=[]") {
					t.Errorf("what was sent holds %s", leaf)
				}
			}
			for _, without := range withoutEach(b.Records[0]) {
				if slices.Contains(s.Shared, without.field) {
					continue
				}
				if n := len(leaves(sc, user.Batch{Op: op, Records: []*user.Record{without.record}})); n >= len(full) && n > 0 && sends(sc, op, without.field) {
					t.Errorf("without %s as many values are sent as with it", without.field)
				}
			}
		})
	}
}

// sends reports whether a call sends the field at all.
func sends(sc *scene, op user.Op, f user.Field) bool {
	return op == user.Create || !f.IsSecret() && !slices.Contains(sc.CreateOnly, f)
}

// leaves returns the values in the bodies that a call sends, with their paths.
func leaves(sc *scene, b user.Batch) []string {
	sc.t.Helper()
	sc.stage.Calls()
	sc.apply(sc.t.Context(), b)
	var list []string
	for _, c := range sc.stage.Calls() {
		var tree any
		if len(c.Body) > 0 && json.Unmarshal(c.Body, &tree) == nil {
			list = appendLeaves(list, "", tree)
		}
	}
	return list
}

func appendLeaves(list []string, path string, tree any) []string {
	switch t := tree.(type) {
	case map[string]any:
		if len(t) == 0 {
			return append(list, path+"={}")
		}
		for name, v := range t {
			list = appendLeaves(list, path+"/"+name, v)
		}
		return list
	case []any:
		if len(t) == 0 {
			return append(list, path+"=[]")
		}
		for i, v := range t {
			list = appendLeaves(list, fmt.Sprint(path, "/", i), v)
		}
		return list
	case string:
		if t == "" {
			return append(list, path+`=""`)
		}
		return append(list, path)
	case nil:
		return append(list, path+"=null")
	}
	return append(list, path)
}

type partial struct {
	field  user.Field
	record *user.Record
}

// withoutEach returns the record without each of its attributes in turn.
func withoutEach(r *user.Record) []partial {
	var list []partial
	for i, a := range r.User.Attributes {
		part := *r
		part.User.Attributes = slices.Delete(slices.Clone(r.User.Attributes), i, i+1)
		list = append(list, partial{a.Field, &part})
	}
	for i, a := range r.User.Secrets {
		part := *r
		part.User.Secrets = slices.Delete(slices.Clone(r.User.Secrets), i, i+1)
		list = append(list, partial{a.Field, &part})
	}
	return list
}
