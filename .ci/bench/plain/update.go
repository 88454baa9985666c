package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"strconv"

	"github.com/gocarina/gocsv"
	"golang.org/x/sync/errgroup"
)

// update makes the calls that usersync makes for users who have changed, one by one: it reads
// each, because a PUT would remove what the file does not have, and does nothing with the answer.
func update(url, from, to string) error {
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
	err = gocsv.UnmarshalToCallback(in, func(r row) {
		calls.Go(func() error { return updateOne(client, url+"/"+r.ID, r, results) })
	})
	err = errors.Join(err, calls.Wait())
	results.rows.Flush()
	return errors.Join(err, results.rows.Error(), out.Close())
}

func updateOne(client *http.Client, url string, r row, results *results) error {
	if _, err := call(client, http.MethodGet, url, nil); err != nil {
		return err
	}
	one := item{Type: "user", ID: r.ID}
	one.Attributes.row, one.Attributes.Rewards = r, []string{r.Rewards}
	body, err := json.Marshal(map[string]any{"data": one})
	if err != nil {
		return err
	}
	status, err := call(client, http.MethodPut, url, body)
	if err != nil {
		return err
	}
	if status >= http.StatusBadRequest {
		return results.add(status, answer{Errors: []struct{ ID, Status, Detail string }{{r.ID, strconv.Itoa(status), ""}}})
	}
	return results.add(status, answer{Data: []struct{ ID string }{{r.ID}}})
}

// call makes a call and returns the status of the answer.
func call(client *http.Client, method, url string, body []byte) (int, error) {
	req, err := http.NewRequest(method, url, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return 0, err
	}
	return resp.StatusCode, nil
}
