package proof

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// repeated are the configs of the APIs, by name. %s is the base URL.
var repeated = map[string]string{
	"kard":       "kard: {base_url: %s, organization: any, auth: {token: 'file:SECRET'}}\nfields: {id: id, email: email, phone: phone, zip_code: street, enrolled_rewards: {value: [CARDLINKED]}}\n",
	"konstantly": "konstantly: {base_url: %s, auth: {key: 'file:SECRET'}}\nfields: {id: id, email: email, name: name, password: password, location: street, role: {value: learner}, attributes.town: city}\n",
	"scim":       "scim: {base_url: %s, auth: {token: 'file:SECRET'}}\nfields: {id: id, user_name: email, first_name: first, last_name: last, phone: phone, city: city}\n",
	"onbo":       "onbo: {base_url: %s, delete: true, checks: warn, auth: {client_id: any, secret_key: 'file:SECRET'}}\nfields: {id: id, first_name: first, last_name: last, email: email, phone: phone, dob: born, ssn: ssn, address_line_1: street, city: city, state: {value: PA}, zip_code: {value: \"18092\"}, country: {value: US}}\n",
	"custom": "custom:\n  name: acme\n  base_url: %s\n  auth: {token: 'file:SECRET'}\n  create: {path: /users, replay: detectable, body: {id: {id}, name: {name}, email: {email}}, answer: &a {code: /error/code, message: [/error/message, /detail]}}\n" +
		"  update: {path: '/users/{id}', replay: safe, body: {id: {id}, name: {name}, email: {email}}, answer: *a}\n  delete: {path: '/users/{id}', replay: safe, answer: *a}\nfields: {id: id, name: name, email: email}\n",
}

// repeatedTokens are configs in which a token endpoint of the same API says it.
var repeatedTokens = map[string]string{
	"kard":                   strings.Replace(repeated["kard"], "{token: 'file:SECRET'}", "{client_id: 'file:SECRET.id', client_secret: 'file:SECRET.key', token_url: '%[1]s/token', style: json}", 1),
	"scim":                   strings.Replace(repeated["scim"], "{token: 'file:SECRET'}", "{client_id: 'file:SECRET.id', client_secret: 'file:SECRET.key', token_url: '%[1]s/token', style: form, scope: users}, bulk: 'off', update: patch", 1),
	"scim, which asks first": strings.Replace(repeated["scim"], "{token: 'file:SECRET'}", "{client_id: 'file:SECRET.id', client_secret: 'file:SECRET.key', token_url: '%[1]s/token'}", 1),
	"custom":                 strings.Replace(repeated["custom"], "{token: 'file:SECRET'}", "{client_id: 'file:SECRET.id', client_secret: 'file:SECRET.key', token_url: '%[1]s/token'}", 1),
}

// faults are the statuses and kinds of answers. Status 0 breaks the connection.
var faults = []string{"200/json", "200/text", "200/cut", "201/json", "207/json", "202/json", "0/json", "302/json", "400/json", "400/text", "401/json", "403/text", "404/json", "404/page",
	"409/json", "413/json", "422/json", "429/json", "500/json", "502/page", "503/text"}

// TestProofNoValueShows: an API repeats values of users in twelve spellings each, in bodies,
// codes and headers, whatever goes wrong. None of them is in what any command writes, except
// in rejects, which hold the rows.
func TestProofNoValueShows(t *testing.T) {
	overlap(t)
	secret, all := filepath.Join(t.TempDir(), "secret"), people()
	if err := os.WriteFile(secret, []byte("2acf04c3-48d1-456f-a54e-1a4251814478"), 0o600); err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{".id", ".key"} {
		if err := os.WriteFile(secret+name, []byte(client[i]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	h, marks, file := startHostile(t, all), traces(all), writePeople(t, all)
	configs := map[string]string{}
	for api, config := range repeated {
		configs[api] = config
	}
	for api, config := range repeatedTokens {
		configs[api+" token"] = strings.ReplaceAll(config, "base_url: %s", "base_url: %[1]s")
	}
	for name, config := range configs {
		api := name[:strings.IndexAny(name+" ", " ,")]
		config = strings.ReplaceAll(config, "SECRET", secret)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for i, fault := range faults {
				if !*full && (i+len(api))%2 == 1 && fault != "400/json" && fault != "302/json" {
					continue // each fault is tried with two or three of the APIs
				}
				base := fmt.Sprintf("%s/%s/%s/%d", h.url, api, fault, i)
				s := newSite(t)
				path := filepath.Join(t.TempDir(), "usersync.yaml")
				text := "to: " + api + "\n" + fmt.Sprintf(config, base) + "rate: unlimited\nmax_errors: 100%\nretries: " + strconv.Itoa(i%2) + "\ngive_up_after: 1ms\nmax_wait: 1ms\nlog_level: debug\ndump: bodies\n" +
					"notify: {on: always, command: [sh, -c, 'cat >> " + s.runs + "/notified.json']}\n"
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
				everyCommand(t, s, name+" "+fault, path, file, fault == "400/json" || *full, marks)
			}
		})
	}
}

// everyCommand runs the commands one after the other, and checks all that they write.
func everyCommand(t *testing.T, s site, what, config, file string, every bool, marks []string) {
	t.Helper()
	lines := [][]string{{"run", "--config", config, file}}
	if every {
		plan := filepath.Join(t.TempDir(), "plan.jsonl")
		lines = append(lines, []string{"resume", "--last"}, []string{"retry", "--last"}, []string{"verify"}, []string{"ledger", "stats", "--config", config}, []string{"ledger", "export", "--config", config},
			[]string{"ledger", "show", "u-a", "--config", config}, []string{"run", "--mode", "update", "--log-format", "json", "--config", config, file}, []string{"run", "--mode", "delete", "--json", "--config", config, file},
			[]string{"validate", "--config", config, file}, []string{"plan", "--config", config, "--out", plan, file}, []string{"apply", plan}, []string{"run", "--results", "-", "--full", "--config", config, file},
			[]string{"run", "--new", "--redact-ids", "--metrics-file", filepath.Join(s.runs, "metrics.prom"), "--config", config, file},
			[]string{"explain", "u-a", "--config", config}, []string{"explain", "u-a", "--json", "--config", config}, []string{"explain", "U-A"}, []string{"explain", "--remote", "r-1", "--config", config},
			[]string{"scrub", "--out", filepath.Join(t.TempDir(), "bundle.tar.gz")}, []string{"ledger", "parked", "--config", config}, []string{"report", "--last"}, []string{"report"}, []string{"retry", "--last", "--group", "g1-none"},
			[]string{"ledger", "forget", "u-b", "--config", config})
	}
	for _, line := range lines {
		if line[0] != "apply" {
			line = append(line, "--runs-dir", s.runs)
		}
		o := s.command(t, nil, line...).wait(t)
		if o.exit == 1 || strings.Contains(o.stderr, "goroutine ") {
			t.Errorf("%s: usersync %s: exit %d\n%s", what, strings.Join(line, " "), o.exit, o.stderr)
		}
		checkNoTraces(t, what+": stdout of "+line[0], o.stdout, marks)
		checkNoTraces(t, what+": stderr of "+line[0], o.stderr, marks)
		if line[0] == "scrub" && o.exit == 0 {
			checkBundle(t, what, line[2], marks)
		}
	}
	checkFiles(t, s, what, marks)
}

// checkFiles checks everything in the runs directory, the ledger too, except rejects.
func checkFiles(t *testing.T, s site, what string, marks []string) {
	t.Helper()
	if _, err := os.Stat(s.runs); err != nil && strings.Contains(what, "asks first") {
		return // the first question ended the run
	}
	n := 0
	err := filepath.WalkDir(s.runs, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), "rejects.") {
			return err
		}
		text, err := os.ReadFile(path)
		checked := marks
		if d.Name() == "journal" || d.Name() == "index" || strings.HasPrefix(d.Name(), "ledger") { // binary: five letters in a row are found in any
			checked = slices.DeleteFunc(slices.Clone(marks), func(mark string) bool { return len(mark) < 7 })
		}
		checkNoTraces(t, what+": "+d.Name(), string(text), checked)
		n++
		return err
	})
	if err != nil || n < 4 {
		t.Errorf("%s: %d files were checked: %v", what, n, err)
	}
}

func writePeople(t *testing.T, all []person) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "users.csv")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := csv.NewWriter(f)
	rows := [][]string{{"id", "name", "first", "last", "email", "phone", "street", "city", "password", "ssn", "born"}}
	for _, p := range all {
		rows = append(rows, []string{p.id, p.name, p.first, p.last, p.email, p.phone, p.street, p.city, p.password, p.ssn, p.born})
	}
	if err := w.WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}
