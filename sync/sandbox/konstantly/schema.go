package konstantly

import (
	"encoding/json"
	"slices"
)

// schema holds the custom attributes of the mock site, as GET /custom/attributes/users shows them. A user may have others, because a real site
// defines its own.
const schema = `[
{"id":1,"name":"Department","type":3,"apiId":"department","position":1,"isRequired":false,"extraData":[{"id":11,"position":1,"value":"Sales"},{"id":12,"position":2,"value":"Marketing"},{"id":13,"position":3,"value":"Engineering"}],"isEditable":true},
{"id":2,"name":"Employee ID","type":1,"apiId":"employee_id","position":2,"isRequired":false,"extraData":null,"isEditable":true},
{"id":3,"name":"Languages","type":4,"apiId":"languages","position":3,"isRequired":false,"extraData":[{"id":31,"position":1,"value":"English"},{"id":32,"position":2,"value":"Polish"},{"id":33,"position":3,"value":"French"}],"isEditable":true},
{"id":4,"name":"Works from home","type":6,"apiId":"remote","position":4,"isRequired":false,"extraData":null,"isEditable":true},
{"id":5,"name":"Grade","type":8,"apiId":"grade","position":5,"isRequired":false,"extraData":null,"isEditable":true},
{"id":6,"name":"Start date","type":2,"apiId":"start_date","position":6,"isRequired":false,"extraData":null,"isEditable":true}
]`

type definition struct {
	Type    int    `json:"type"`
	APIID   string `json:"apiId"`
	Options []struct {
		ID int `json:"id"`
	} `json:"extraData"`
}

// checkAttributes checks the values against the schema.
func checkAttributes(raw json.RawMessage, wrong map[string][]string) {
	var sent map[string]json.RawMessage
	var known []definition
	if json.Unmarshal(raw, &sent) != nil || json.Unmarshal([]byte(schema), &known) != nil {
		return // already reported
	}
	for _, d := range known {
		if v, ok := sent[d.APIID]; ok && string(v) != "null" && !d.fits(v) {
			wrong["attributes."+d.APIID] = []string{"This value does not fit the attribute"}
		}
	}
}

func (d definition) fits(v json.RawMessage) bool {
	var (
		one    int
		many   []int
		number float64
		yes    bool
		text   string
	)
	switch d.Type {
	case 3:
		return json.Unmarshal(v, &one) == nil && d.has(one)
	case 4:
		return json.Unmarshal(v, &many) == nil && !slices.ContainsFunc(many, func(id int) bool { return !d.has(id) })
	case 6:
		return json.Unmarshal(v, &yes) == nil
	case 8:
		return json.Unmarshal(v, &number) == nil
	}
	return json.Unmarshal(v, &text) == nil
}

func (d definition) has(id int) bool {
	for _, o := range d.Options {
		if o.ID == id {
			return true
		}
	}
	return false
}
