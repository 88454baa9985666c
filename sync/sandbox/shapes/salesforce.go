package shapes

import (
	"net/http"
	"strings"

	"usersync/sync/sandbox"
)

// salesforce is the upsert of sObject Collections by an external id: the answer is
// an array in the order of the records, with status 200 even if all of them failed.
// It also deletes and gets one record by that id. Salesforce REST API Developer
// Guide, sObject Collections and sObject Rows by External ID.
type salesforce struct{}

const (
	salesforceMany = "/services/data/v61.0/composite/sobjects/Contact/User_Key__c"
	salesforceOne  = "/services/data/v61.0/sobjects/Contact/User_Key__c/"
	externalID     = "User_Key__c"
)

func (salesforce) Traits() sandbox.Traits {
	return sandbox.Traits{Name: "salesforce", Title: "Salesforce's sObject Collections", Vendor: "Salesforce", Shapes: []sandbox.Kind{sandbox.Short}}
}

func (salesforce) Read(c *sandbox.Call) *sandbox.Refusal {
	key, one := segment(c.Path, salesforceOne)
	switch {
	case c.Path == "/services/oauth2/token":
		c.Op = sandbox.Token
		return nil
	case one && c.Method == http.MethodGet:
		c.Op, c.Key = sandbox.Read, key
		return nil
	case one && c.Method == http.MethodDelete:
		c.Op, c.Key = sandbox.Delete, key
		return nil
	case c.Path != salesforceMany || c.Method != http.MethodPatch:
		return noSuchPath()
	}
	c.Op, c.Bulk = sandbox.Update, true
	records, ok := list(c.Body, "records")
	if !ok || len(records) > 200 {
		return malformed("records must hold 1 to 200 records")
	}
	for _, r := range records {
		if r.under("attributes").text("type") != "Contact" {
			return malformed("attributes must name the type")
		}
		c.Items = append(c.Items, sandbox.Item{ID: r.text(externalID), Personal: []string{r.text("Email"), r.text("Phone")}})
	}
	return nil
}

func (s salesforce) Apply(c *sandbox.Call) sandbox.Answer {
	switch c.Op {
	case sandbox.Read:
		held, found := c.Users.Find(c.Key)
		if !found {
			return s.missing(c)
		}
		return sandbox.JSON(http.StatusOK, held)
	case sandbox.Delete:
		if _, found := c.Users.Delete(c.Key); !found {
			return s.missing(c)
		}
		return sandbox.Answer{Status: http.StatusNoContent}
	}
	records, _ := list(c.Body, "records")
	told, shape := []any{}, c.Shape()
	for i, r := range records {
		result := s.upsert(c, i, r)
		if mentioned(shape, i) {
			told = append(told, result)
		}
	}
	return answer(http.StatusOK, told)
}

func (s salesforce) missing(c *sandbox.Call) sandbox.Answer {
	r := sandbox.Refusal{Status: http.StatusNotFound, Code: "NOT_FOUND", Detail: "The requested resource does not exist"}
	return sandbox.JSON(r.Status, s.Error(c, r))
}

func (s salesforce) upsert(c *sandbox.Call, i int, r fields) any {
	item := c.Items[i]
	switch {
	case item.Refused == http.StatusServiceUnavailable || item.Refused == http.StatusTooManyRequests:
		return s.failure("UNABLE_TO_LOCK_ROW", c.ErrorText(i, "unable to obtain exclusive access to this record"))
	case item.Refused != 0:
		return s.failure("FIELD_CUSTOM_VALIDATION_EXCEPTION", c.ErrorText(i, "a validation rule refuses the record"))
	case item.ID == "" || strings.TrimSpace(r.text("LastName")) == "":
		return s.failure("REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]")
	}
	delete(r, "attributes")
	created := false
	for {
		found, _ := c.Users.Update(item.ID, func(old []byte) ([]byte, []sandbox.LookupKey, error) { return merge(old, r), nil, nil })
		if found || c.Users.Create(item.ID, merge(nil, r)) == nil {
			created = !found
			break
		}
	}
	return map[string]any{"id": "003" + item.ID, "success": true, "errors": []any{}, "created": created}
}

func (salesforce) failure(code, message string) any {
	return map[string]any{"success": false, "errors": []any{map[string]any{"statusCode": code, "message": message, "fields": []string{}}}}
}

func (salesforce) Error(_ *sandbox.Call, r sandbox.Refusal) []byte {
	code := r.Code
	if code == "" {
		code = "JSON_PARSER_ERROR"
	}
	return encode([]any{map[string]any{"errorCode": code, "message": r.Detail}})
}
