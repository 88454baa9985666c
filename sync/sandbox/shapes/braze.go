package shapes

import (
	"net/http"

	"usersync/sync/sandbox"
)

// braze is Braze's users/track. It answers 201 when users were queued, with
// non-fatal errors by the index of their input, and 202 with "queued" after 100
// users, as in maintenance. It never reports what happened to them later. Braze
// documentation, POST /users/track and Errors.
type braze struct{}

func (braze) Traits() sandbox.Traits {
	return sandbox.Traits{Name: "braze", Title: "Braze's users/track", Vendor: "Braze", Shapes: []sandbox.Kind{sandbox.Short, sandbox.Shuffle, sandbox.NoID}}
}

const brazeMost = 75

func (braze) Read(c *sandbox.Call) *sandbox.Refusal {
	if c.Path != "/users/track" || c.Method != http.MethodPost {
		return noSuchPath()
	}
	c.Op, c.Bulk = sandbox.Update, true
	users, ok := list(c.Body, "attributes")
	if !ok || len(users) > brazeMost {
		return malformed("Max Input Length Exceeded")
	}
	for _, u := range users {
		c.Items = append(c.Items, sandbox.Item{ID: u.text("external_id"), Personal: []string{u.text("email")}})
	}
	return nil
}

func (b braze) Apply(c *sandbox.Call) sandbox.Answer {
	users, _ := list(c.Body, "attributes")
	shape, errors := c.Shape(), []any{}
	wrong := make([]bool, len(users))
	done := 0
	for i, u := range users {
		if wrong[i] = c.Items[i].Refused != 0 || c.Items[i].ID == ""; !wrong[i] {
			b.queue(c, c.Items[i].ID, u)
			done++
		}
	}
	for _, i := range shape.Order {
		if !wrong[i] {
			continue
		}
		e := map[string]any{"type": c.ErrorText(i, "'external_id' is not valid"), "input_array": "attributes", "index": i}
		if shape.NoID {
			delete(e, "index")
		}
		errors = append(errors, e)
	}
	if _, held := c.Users.Page(0, 0); held > 100 && len(errors) == 0 {
		return answer(http.StatusAccepted, map[string]any{"message": "queued"})
	}
	told := map[string]any{"message": "success", "attributes_processed": done}
	if len(errors) > 0 {
		told["errors"] = errors
	}
	return answer(http.StatusCreated, told)
}

func (braze) queue(c *sandbox.Call, key string, u fields) {
	for {
		found, _ := c.Users.Update(key, func(old []byte) ([]byte, []sandbox.LookupKey, error) { return merge(old, u), nil, nil })
		if found || c.Users.Create(key, merge(nil, u)) == nil {
			return
		}
	}
}

func (braze) Error(_ *sandbox.Call, r sandbox.Refusal) []byte {
	return encode(map[string]any{"message": r.Detail})
}
