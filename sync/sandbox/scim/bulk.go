package scim

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"usersync/sync/sandbox"
)

const (
	defaultOperations = 1000
	defaultPayload    = 1 << 20
)

// operation is one of a BulkRequest (RFC 7644 3.7).
type operation struct {
	Method string          `json:"method"`
	Path   string          `json:"path"`
	BulkID string          `json:"bulkId"`
	Data   json.RawMessage `json:"data"`
}

type request struct {
	Schemas    []string    `json:"schemas"`
	Operations []operation `json:"Operations"`
}

// readBulk reads a BulkRequest. Above a limit it is refused as a whole.
func (a API) readBulk(c *sandbox.Call, absent bool) *sandbox.Refusal {
	if absent {
		return notFound
	}
	c.Op, c.Bulk = sandbox.Create, c.Path == bulkPath
	if bad := wrongMedia(c); bad != nil {
		return bad
	}
	var r request
	if json.Unmarshal(c.Body, &r) != nil || len(r.Operations) == 0 || !slices.Contains(r.Schemas, requestSchema) {
		return &sandbox.Refusal{Status: http.StatusBadRequest, Code: "invalidSyntax", Detail: "This is not a BulkRequest"}
	}
	c.Op = opOf(r.Operations[0].Method)
	for _, o := range r.Operations {
		data, _ := parse(o.Data)
		c.Items = append(c.Items, itemOf(c, o.key(), data))
	}
	if len(r.Operations) > a.maxOperations() || len(c.Body) > a.maxPayload() {
		return &sandbox.Refusal{Status: http.StatusRequestEntityTooLarge, Detail: "The bulk call exceeds maxOperations " +
			strconv.Itoa(a.maxOperations()) + " or maxPayloadSize " + strconv.Itoa(a.maxPayload())}
	}
	return nil
}

func (a API) maxOperations() int { return cmp.Or(a.Options.MaxOperations, defaultOperations) }
func (a API) maxPayload() int    { return cmp.Or(a.Options.MaxPayload, defaultPayload) }

func opOf(method string) sandbox.Op {
	switch method {
	case http.MethodDelete:
		return sandbox.Delete
	case http.MethodPut, http.MethodPatch:
		return sandbox.Update
	}
	return sandbox.Create
}

// key returns the user in the path; "" if there is none.
func (o *operation) key() string {
	escaped, _ := strings.CutPrefix(o.Path, usersPath+"/")
	if escaped == o.Path {
		return ""
	}
	key, _ := url.PathUnescape(escaped)
	return key
}

// bulk carries out every operation, and answers each one whatever happens to the others.
func (a API) bulk(c *sandbox.Call) sandbox.Answer {
	var r request
	if json.Unmarshal(c.Body, &r) != nil {
		return sandbox.JSON(http.StatusBadRequest, a.Error(c, sandbox.Refusal{Status: http.StatusBadRequest}))
	}
	results := make([]result, len(r.Operations))
	for i := range r.Operations {
		results[i] = a.operate(c, &r.Operations[i], i)
	}
	shape := c.Shape()
	if a.Options.AnyOrder {
		slices.Reverse(shape.Order)
	}
	list := []object{}
	for _, i := range shape.Order {
		if results[i].refusal == nil && shape.NoData {
			continue
		}
		list = append(list, a.resultOf(c, &r.Operations[i], results[i], shape))
	}
	list = withFaults(list, shape)
	return sandbox.JSON(http.StatusOK, encode(object{"schemas": []string{answerSchema}, "Operations": list}))
}

// operate carries out one operation.
func (a API) operate(c *sandbox.Call, o *operation, i int) result {
	key := o.key()
	if refused := c.Items[i].Refused; refused != 0 {
		r := refuse(refused, "invalidValue", c.ErrorText(i, "User was refused"))
		r.key = key
		return r
	}
	data, err := parse(o.Data)
	switch {
	case o.Method != http.MethodDelete && err != nil:
		return refuse(http.StatusBadRequest, "invalidSyntax", "data is not an object")
	case o.Method == http.MethodPost && o.BulkID == "":
		return refuse(http.StatusBadRequest, "invalidValue", "bulkId is required for POST")
	case o.Method == http.MethodPost && o.Path != usersPath, o.Method != http.MethodPost && key == "", o.Method == http.MethodGet:
		return refuse(http.StatusBadRequest, "invalidPath", "The path does not fit the method")
	}
	return a.do(c, o.Method, key, data, i)
}

// resultOf returns the result of an operation. It has a bulkId only for a POST, and a location except for a POST that failed.
func (a API) resultOf(c *sandbox.Call, o *operation, r result, shape sandbox.Shape) object {
	t := object{"method": o.Method}
	if o.Method == http.MethodPost && o.BulkID != "" && !shape.NoID {
		t["bulkId"] = o.BulkID
	}
	if r.key != "" && !(shape.NoID && r.refusal != nil) {
		t["location"] = location(c, r.key)
	}
	status := r.status
	if r.refusal != nil {
		status = r.refusal.Status
		t["response"] = json.RawMessage(a.Error(c, *r.refusal))
	}
	t["status"] = strconv.Itoa(status)
	if shape.Number {
		t["status"] = status
	}
	return t
}

// withFaults changes an answer as the faults say.
func withFaults(list []object, shape sandbox.Shape) []object {
	good := slices.IndexFunc(list, func(o object) bool { return o["response"] == nil })
	bad := slices.IndexFunc(list, func(o object) bool { return o["response"] != nil })
	if shape.Both && good >= 0 {
		list = append(list, asFailure(list[good]))
	}
	if shape.Double && bad >= 0 {
		list = append(list, list[bad])
	}
	if shape.Foreign {
		list = append(list, object{"method": http.MethodPost, "bulkId": sandbox.ForeignID, "location": "/Users/" + sandbox.ForeignID, "status": "201"})
	}
	return list
}

// asFailure repeats an operation that succeeded as if it had failed.
func asFailure(o object) object {
	again := object{"status": "400", "response": object{"schemas": []string{errorSchema}, "status": "400", "detail": "It failed as well"}}
	for _, name := range []string{"method", "bulkId", "location"} {
		if v, ok := o[name]; ok {
			again[name] = v
		}
	}
	return again
}

// upload accepts users for later, which here is at once, and reports on none.
func (a API) upload(c *sandbox.Call) sandbox.Answer {
	var r request
	if json.Unmarshal(c.Body, &r) != nil {
		return sandbox.JSON(http.StatusBadRequest, a.Error(c, sandbox.Refusal{Status: http.StatusBadRequest}))
	}
	for i := range r.Operations {
		data, err := parse(r.Operations[i].Data)
		if err != nil || c.Items[i].Refused != 0 {
			continue
		}
		if keys := c.Users.With("externalId", data.text("externalId")); len(keys) > 0 {
			a.do(c, http.MethodPut, keys[0], data, i)
		} else {
			a.do(c, http.MethodPost, "", data, i)
		}
	}
	return sandbox.Answer{Status: http.StatusAccepted}
}
