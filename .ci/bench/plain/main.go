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
	work := create
	if len(os.Args) > 4 {
		work = update
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3], work); err != nil {
		fmt.Fprintln(os.Stderr, "plain:", err)
		os.Exit(1)
	}
}

// job is a file that is sent.
type job struct {
	url     string
	client  *http.Client
	calls   errgroup.Group
	results *results
}

// run calls each for each user of a file, and then last, and waits for their calls.
func run(url, from, to string, work func(*job) (each func(row), last func())) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	j := &job{url: url, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}, results: &results{rows: csv.NewWriter(out)}}
	j.calls.SetLimit(16)
	each, last := work(j)
	err = gocsv.UnmarshalToCallback(in, each)
	last()
	err = errors.Join(err, j.calls.Wait())
	j.results.rows.Flush()
	return errors.Join(err, j.results.rows.Error(), out.Close())
}

// create sends users in batches of 100.
func create(j *job) (each func(row), last func()) {
	var batch []item
	flush := func() {
		if full := batch; len(full) > 0 {
			j.calls.Go(func() error { return post(j.client, j.url, full, j.results) })
		}
		batch = nil
	}
	return func(r row) {
		if batch = append(batch, itemOf(r)); len(batch) == 100 {
			flush()
		}
	}, flush
}

func itemOf(r row) item {
	one := item{Type: "user", ID: r.ID}
	one.Attributes.row, one.Attributes.Rewards = r, []string{r.Rewards}
	return one
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
