package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/invopop/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"

	"usersync/sync/user"
	"usersync/writer"
)

const schemaPath = "../../docs/summary.schema.json"

// schema makes the JSON Schema of a summary from the types and their
// comments.
func schema(t *testing.T) []byte {
	t.Helper()
	r := &jsonschema.Reflector{BaseSchemaID: "https://usersync.invalid", ExpandedStruct: true}
	if err := r.AddGoComments(reflect.TypeFor[Summary]().PkgPath(), ".."); err != nil {
		t.Fatal(err)
	}
	s := r.Reflect(&Summary{})
	s.ID = "" // the file has no address of its own
	s.Title = "usersync summary.json"
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(s); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestSchemaMatchesTheTypes(t *testing.T) { golden(t, schemaPath, schema(t)) }

func TestEveryPropertyIsDescribed(t *testing.T) {
	var root map[string]any
	if err := json.Unmarshal(schema(t), &root); err != nil {
		t.Fatal(err)
	}
	described(t, "summary", root)
	for name, definition := range root["$defs"].(map[string]any) {
		described(t, name, definition.(map[string]any))
	}
}

func described(t *testing.T, name string, object map[string]any) {
	t.Helper()
	properties, _ := object["properties"].(map[string]any)
	if len(properties) == 0 || object["additionalProperties"] != false {
		t.Errorf("%s: %d properties, additionalProperties %v", name, len(properties), object["additionalProperties"])
	}
	for property, p := range properties {
		if p.(map[string]any)["description"] == nil {
			t.Errorf("%s.%s has no description", name, property)
		}
	}
}

func compiled(t *testing.T) *validator.Schema {
	t.Helper()
	document, err := validator.UnmarshalJSON(bytes.NewReader(schema(t)))
	if err != nil {
		t.Fatal(err)
	}
	c := validator.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("summary.schema.json", document); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("summary.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func encoded(t *testing.T, s Summary) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := WriteSummary(&out, s); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func validate(t *testing.T, s *validator.Schema, document []byte) error {
	t.Helper()
	value, err := validator.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		t.Fatal(err)
	}
	return s.Validate(value)
}

func TestSummariesKeepTheSchema(t *testing.T) {
	s := compiled(t)
	for name, summary := range map[string]Summary{"mixed": mixed(), "quiet": quiet(), "stopped": stopped()} {
		if err := validate(t, s, encoded(t, summary)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestTheSchemaRefuses(t *testing.T) {
	s, document := compiled(t), string(encoded(t, mixed()))
	for name, change := range map[string][2]string{
		"an unknown key":     {`"run":`, `"rum": "x", "run":`},
		"an unknown state":   {`"finished"`, `"done"`},
		"a lacking outcome":  {`    "failed": 0,` + "\n", ``},
		"a time that is not": {`"2026-03-14T12:00:00.007Z"`, `"yesterday"`},
		"a negative count":   {`"records_read": 100000`, `"records_read": -1`},
		"a short hash":       {`"sha256": "e3b0`, `"sha256": "`},
		"another format":     {`"format": 1`, `"format": 2`},
	} {
		changed := strings.Replace(document, change[0], change[1], 1)
		if changed == document {
			t.Fatalf("%s: %q is not in the document", name, change[0])
		}
		if err := validate(t, s, []byte(changed)); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func TestSummaryIsReadBackEqual(t *testing.T) {
	want, got := mixed(), Summary{}
	d := json.NewDecoder(bytes.NewReader(encoded(t, want)))
	d.DisallowUnknownFields()
	if err := d.Decode(&got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-written +read):\n%s", diff)
	}
}

func TestAllOutcomesAreAlwaysThere(t *testing.T) {
	var s struct{ Outcomes map[user.Status]int }
	if err := json.Unmarshal(encoded(t, Summary{}), &s); err != nil {
		t.Fatal(err)
	}
	for _, status := range user.Statuses {
		if _, there := s.Outcomes[status]; !there {
			t.Errorf("%s is left out", status)
		}
	}
}

func TestUnknownFactsAreLeftOut(t *testing.T) {
	document := string(encoded(t, quiet()))
	for _, text := range []string{
		`"reason"`, `"next"`, `"codes"`, `"met"`, `"inputs"`, `"config"`, `"host"`, `"account"`, `"sha256"`, `"commit"`,
		`"ceiling`, `null`, `0001`,
	} {
		if strings.Contains(document, text) {
			t.Errorf("%s is not known and stands in\n%s", text, document)
		}
	}
}

func TestRateOfARunThatWasContinued(t *testing.T) {
	for first, want := range map[int]float64{1: 1200, 1001: 200} {
		began := time.Date(2026, 3, 14, 2, 15, 0, 0, time.UTC)
		s := Summary{Times: Times{StartedAt: began}, Counts: Counts{Outcomes: writer.Outcomes{Created: 1200}}, Activity: &Activity{FirstRecord: first}}
		if s.Finish(began.Add(time.Second)); s.PerSecond != want || s.Continued() != (first > 1) {
			t.Errorf("from record %d: %v users per second", first, s.PerSecond)
		}
	}
}

func TestFinish(t *testing.T) {
	s := mixed()
	if s.Seconds != 102.3 || s.Rejects != 167 || s.PerSecond != 977.5 || s.Format != SummaryFormat {
		t.Errorf("seconds %v, rejects %d, users/s %v, format %d", s.Seconds, s.Rejects, s.PerSecond, s.Format)
	}
	s.Finish(s.StartedAt.Add(-time.Second)) // the clock was set back
	if s.Seconds != 0 {
		t.Errorf("seconds = %v", s.Seconds)
	}
}

func TestOutcomesCount(t *testing.T) {
	counts := map[user.Status]int{user.Exists: 1000}
	for i, status := range user.Statuses {
		counts[status] = i + 1
	}
	o := writer.CountOutcomes(counts)
	for i, status := range user.Statuses {
		if o.Count(status) != i+1 {
			t.Errorf("Count(%s) = %d, want %d", status, o.Count(status), i+1)
		}
	}
	if o.Total() != 45 || o.Rejected() != 6+7+8+9 || o.Count(user.Exists) != 0 {
		t.Errorf("Total %d, Rejected %d, internal %d", o.Total(), o.Rejected(), o.Count(user.Exists))
	}
}

func TestSummaryOnAFullDisk(t *testing.T) {
	if err := WriteSummary(full{}, quiet()); !errors.Is(err, errFull) {
		t.Errorf("WriteSummary = %v", err)
	}
}
