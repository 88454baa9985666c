package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
)

// update makes the calls that usersync makes for users who have changed, one by one: it reads
// each, because a PUT would remove what the file does not have, and does nothing with the answer.
func update(j *job) (each func(row), last func()) {
	return func(r row) {
		j.calls.Go(func() error { return updateOne(j.client, j.url+"/"+r.ID, r, j.results) })
	}, func() {}
}

func updateOne(client *http.Client, url string, r row, results *results) error {
	if _, err := call(client, http.MethodGet, url, nil); err != nil {
		return err
	}
	body, err := json.Marshal(map[string]any{"data": itemOf(r)})
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
