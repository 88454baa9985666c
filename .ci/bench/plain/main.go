// Command plain is what a Go programmer would write in an hour instead of usersync: gocsv,
// encoding/json and errgroup. It checks nothing, keeps no order, no journal and no ledger, and
// repeats nothing. It is what usersync is compared with: go run ./.ci/bench
//
// Usage: plain URL FILE RESULTS [update]
package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"sync"

	"github.com/gocarina/gocsv"
	"golang.org/x/sync/errgroup"
)

// row is a row of the file.
type row struct {
	ID        string `csv:"id" json:"-"`
	Email     string `csv:"email" json:"email"`
	ZipCode   string `csv:"zip_code" json:"zipCode"`
	Phone     string `csv:"phone" json:"phoneNumber"`
	BirthYear string `csv:"birth_year" json:"birthYear"`
	Rewards   string `csv:"enrolled_rewards" json:"-"`
}

type item struct {
	Type       string `json:"type"`
	ID         string `json:"id"`
	Attributes struct {
		row
		Rewards []string `json:"enrolledRewards"`
	} `json:"attributes"`
}

type answer struct {
	Data   []struct{ ID string }
	Errors []struct{ ID, Status, Detail string }
}

func main() {
	work := send
	if len(os.Args) > 4 {
		work = update
	}
	if err := work(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, "plain:", err)
		os.Exit(1)
	}
}

func send(url, from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	results := &results{rows: csv.NewWriter(out)}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}
	var calls errgroup.Group
	calls.SetLimit(16)
	var batch []item
	flush := func() {
		full := batch
		batch = nil
		calls.Go(func() error { return post(client, url, full, results) })
	}
	err = gocsv.UnmarshalToCallback(in, func(r row) {
		one := item{Type: "user", ID: r.ID}
		one.Attributes.row, one.Attributes.Rewards = r, []string{r.Rewards}
		if batch = append(batch, one); len(batch) == 100 {
			flush()
		}
	})
	if len(batch) > 0 {
		flush()
	}
	err = errors.Join(err, calls.Wait())
	results.rows.Flush()
	return errors.Join(err, results.rows.Error(), out.Close())
}

func post(client *http.Client, url string, batch []item, results *results) error {
	body, err := json.Marshal(map[string]any{"data": batch})
	if err != nil {
		return err
	}
	resp, err := client.Post(url, "application/json", bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	var a answer
	if err := json.NewDecoder(resp.Body).Decode(&a); err != nil {
		return err
	}
	return results.add(resp.StatusCode, a)
}

type results struct {
	mu   sync.Mutex
	rows *csv.Writer
}

func (r *results) add(status int, a answer) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, one := range a.Data {
		if err := r.rows.Write([]string{one.ID, "created", strconv.Itoa(status), ""}); err != nil {
			return err
		}
	}
	for _, one := range a.Errors {
		if err := r.rows.Write([]string{one.ID, "refused", one.Status, one.Detail}); err != nil {
			return err
		}
	}
	return nil
}
