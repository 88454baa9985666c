package shapes

import (
	"net/http"

	"usersync/sync/sandbox"
)

// hubspot is HubSpot's batch create and update of contacts, addressed by user_key, a
// unique property of the caller. It answers 201 or 200 with results, or 207 with
// results and errors, each error with the objectWriteTraceId of its input. Without
// trace ids one bad input refuses the batch. HubSpot API reference, CRM contacts v3
// and Error handling.
type hubspot struct{}

const userKey = "user_key"

const hubspotContacts = "/crm/v3/objects/contacts/"

func (hubspot) Traits() sandbox.Traits {
	return sandbox.Traits{Name: "hubspot", Title: "HubSpot's contacts API", Vendor: "HubSpot",
		Shapes: []sandbox.Kind{sandbox.Short, sandbox.Shuffle, sandbox.Foreign, sandbox.NoData, sandbox.Double}}
}

func (hubspot) Read(c *sandbox.Call) *sandbox.Refusal {
	key, isContact := segment(c.Path, hubspotContacts)
	switch {
	case c.Method == http.MethodPost && c.Path == hubspotContacts+"batch/create":
		c.Op = sandbox.Create
	case c.Method == http.MethodPost && c.Path == hubspotContacts+"batch/update":
		c.Op = sandbox.Update
	case c.Method == http.MethodGet && isContact && c.URL.Query().Get("idProperty") == userKey:
		c.Op, c.Key = sandbox.Read, key
		return nil
	default:
		return noSuchPath()
	}
	c.Bulk = true
	inputs, ok := list(c.Body, "inputs")
	if !ok || len(inputs) > 100 {
		return malformed("inputs must hold 1 to 100 contacts")
	}
	for _, in := range inputs {
		properties := in.under("properties")
		key := properties.text(userKey)
		if c.Op == sandbox.Update {
			key = in.text("id")
		}
		c.Items = append(c.Items, sandbox.Item{ID: key, Personal: []string{properties.text("email"), properties.text("phone")}})
	}
	return nil
}

func (h hubspot) Apply(c *sandbox.Call) sandbox.Answer {
	if c.Op == sandbox.Read {
		held, found := c.Users.Find(c.Key)
		if !found {
			return sandbox.JSON(http.StatusNotFound, h.Error(c, sandbox.Refusal{Status: http.StatusNotFound, Detail: "resource not found"}))
		}
		return sandbox.JSON(http.StatusOK, held)
	}
	inputs, _ := list(c.Body, "inputs")
	if !traced(inputs) {
		return h.blind(c, inputs)
	}
	results, errors := []any{}, []any{}
	shape := c.Shape()
	contacts, faults := make([][]byte, len(inputs)), make([]map[string]any, len(inputs))
	for i, in := range inputs {
		contacts[i], faults[i] = h.write(c, i, in)
	}
	for _, i := range shape.Order {
		switch {
		case faults[i] != nil:
			errors = append(errors, faults[i])
			if shape.Double {
				errors, shape.Double = append(errors, faults[i]), false
			}
		case !shape.NoData:
			results = append(results, fieldsOf(contacts[i]))
		}
	}
	if shape.Foreign {
		results = append(results, map[string]any{"id": sandbox.ForeignID, "properties": map[string]any{userKey: sandbox.ForeignID}})
	}
	told := map[string]any{"status": "COMPLETE", "results": results}
	if len(errors) > 0 {
		told["numErrors"], told["errors"] = len(errors), errors
		return answer(http.StatusMultiStatus, told)
	}
	return answer(map[sandbox.Op]int{sandbox.Create: http.StatusCreated, sandbox.Update: http.StatusOK}[c.Op], told)
}

// traced reports whether every input has a trace id of its own.
func traced(inputs []fields) bool {
	seen := map[string]bool{}
	for _, in := range inputs {
		id := in.text("objectWriteTraceId")
		if id == "" || seen[id] {
			return false
		}
		seen[id] = true
	}
	return true
}

// blind carries out a batch without trace ids: all of it, or nothing.
func (h hubspot) blind(c *sandbox.Call, inputs []fields) sandbox.Answer {
	results := []any{}
	for i, in := range inputs {
		contact, fault := h.write(c, i, in)
		if fault != nil {
			return answer(http.StatusBadRequest, fault)
		}
		results = append(results, fieldsOf(contact))
	}
	return answer(http.StatusOK, map[string]any{"status": "COMPLETE", "results": results})
}

// write carries out one input. A contact is stored in the form of the answer.
func (h hubspot) write(c *sandbox.Call, i int, in fields) (contact []byte, fault map[string]any) {
	item := c.Items[i]
	key := item.ID
	switch {
	case item.Refused != 0:
		return nil, h.fault(in, category(item.Refused), c.ErrorText(i, "Property values were not valid"))
	case key == "":
		return nil, h.fault(in, "VALIDATION_ERROR", "user_key is missing")
	}
	properties := in.under("properties")
	if c.Op == sandbox.Create {
		contact = encode(map[string]any{"id": c.NewKey(), "properties": properties, "archived": false})
		if c.Users.Create(key, contact) != nil {
			return nil, h.fault(in, "CONFLICT", c.ErrorText(i, "Contact already exists"))
		}
		return contact, nil
	}
	found, _ := c.Users.Update(key, func(old []byte) ([]byte, []sandbox.LookupKey, error) {
		held := fieldsOf(old)
		held["properties"] = merge(held["properties"], properties)
		contact = encode(held)
		return contact, nil, nil
	})
	if !found {
		return nil, h.fault(in, "OBJECT_NOT_FOUND", c.ErrorText(i, "Could not get some CONTACT objects"))
	}
	return contact, nil
}

func category(status int) string {
	switch status {
	case http.StatusConflict:
		return "CONFLICT"
	case http.StatusNotFound:
		return "OBJECT_NOT_FOUND"
	case http.StatusTooManyRequests:
		return "RATE_LIMITS"
	}
	if status == http.StatusServiceUnavailable {
		return "UNAVAILABLE" // no category is documented for these: this one is made up
	}
	if status == http.StatusRequestTimeout || status >= 500 {
		return "INTERNAL_ERROR"
	}
	return "VALIDATION_ERROR"
}

func (hubspot) fault(in fields, category, message string) map[string]any {
	return map[string]any{"status": "error", "category": category, "message": message,
		"context": map[string]any{"objectWriteTraceId": []string{in.text("objectWriteTraceId")}}}
}

func (hubspot) Error(_ *sandbox.Call, r sandbox.Refusal) []byte {
	return encode(map[string]any{"status": "error", "category": category(r.Status), "message": r.Detail})
}
