package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// site is a Konstantly whose licence is often used up: then no one who is blocked is let in.
type site struct {
	mu     sync.Mutex
	random *rand.Rand
	users  map[string]*siteUser
}

type siteUser struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Banned bool   `json:"isBanned"`
}

func (s *site) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var u siteUser
	if err := json.NewDecoder(q.Body).Decode(&u); err != nil && q.Method != http.MethodDelete {
		http.Error(w, "{}", http.StatusBadRequest)
		return
	}
	id := q.URL.Path[strings.LastIndexByte(q.URL.Path, '/')+1:]
	switch q.Method {
	case http.MethodPost:
		s.users[u.ID], id = &u, u.ID
	case http.MethodPatch:
		s.users[id].Name = u.Name
	case http.MethodDelete: // of a block
		if s.random.IntN(2) == 0 {
			w.WriteHeader(http.StatusPaymentRequired)
			_, _ = io.WriteString(w, `{"status":402,"message":"License limit"}`)
			return
		}
		s.users[id].Banned = false
	}
	_ = json.NewEncoder(w).Encode(s.users[id])
}

// block blocks some users, as another client would.
func (s *site) block() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for n := range len(s.users) {
		s.users[fmt.Sprint("U", n)].Banned = s.random.IntN(2) == 0
	}
}

// Whatever the nights bring, the site holds what a row says that counts as a success, and so does
// every row that counts as unchanged.
func TestNightsWithLaterCallsRefused(t *testing.T) {
	s := &site{random: rand.New(rand.NewPCG(4, 2)), users: map[string]*siteUser{}}
	api := httptest.NewServer(s)
	defer api.Close()
	dir := t.TempDir()
	input, results := filepath.Join(dir, "users.csv"), filepath.Join(dir, "results.csv")
	t.Setenv("KONSTANTLY_KEY", "k-1")
	config := filepath.Join(dir, "to.yaml")
	text := "to: konstantly\nrate: unlimited\nkonstantly: {base_url: " + api.URL + "/openapi/v1, auth: {key: env:KONSTANTLY_KEY}, on_absent: block, password: generate}\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	met := map[string]int{}
	for night := range 12 {
		names := siteNames(t, s, input)
		args := []string{"run", "--config", config, "--runs-dir", filepath.Join(dir, "runs"), "--results", results, "--progress", "never", input}
		if code := executeAt(t.Context(), time.Now, args, strings.NewReader(""), io.Discard, io.Discard, nil); code != 0 && code != 3 {
			t.Fatalf("night %d: exit code %d", night, code)
		}
		for id, o := range siteOutcomes(t, results) {
			met[o]++
			u := s.users[id]
			if o != "refused" && u.Name != names[id] || o == "updated" && u.Banned {
				t.Errorf("night %d: %s is %s, and the site holds %+v instead of %s", night, id, o, u, names[id])
			}
		}
		s.block()
	}
	if met["refused"] == 0 || met["unchanged"] == 0 || met["updated"] == 0 {
		t.Errorf("the nights met only %v", met)
	}
}

// siteNames writes a row of each user, with one of two names.
func siteNames(t *testing.T, s *site, path string) map[string]string {
	t.Helper()
	names, rows := map[string]string{}, "id,name,email,role\n"
	for n := range 8 {
		id := fmt.Sprint("U", n)
		names[id] = [...]string{"Ann", "Ben"}[s.random.IntN(2)]
		rows += id + "," + names[id] + "," + id + "@example.com,learner\n"
	}
	if err := os.WriteFile(path, []byte(rows), 0o600); err != nil {
		t.Fatal(err)
	}
	return names
}

// siteOutcomes returns the outcome of each user.
func siteOutcomes(t *testing.T, path string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	if err != nil || len(rows) != 9 {
		t.Fatalf("%d rows of results: %v", len(rows), err)
	}
	outcomes := map[string]string{}
	for _, row := range rows[1:] {
		outcomes[row[3]] = row[6]
	}
	return outcomes
}
