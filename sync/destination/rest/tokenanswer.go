package rest

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// tokenAnswer is what matters of RFC 6749 5.1.
type tokenAnswer struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int64  `json:"expires_in,omitempty"` // seconds; 0 if the answer does not say
}

// normalize replaces a token endpoint's success by the JSON of RFC 6749 5.1. What cannot be
// read stays unchanged, and is no token to oauth2 either. Its errors come from reading.
func normalize(response *http.Response) error {
	response.Header.Set("Content-Type", "application/json")
	if response.StatusCode/100 != 2 {
		return nil
	}
	text, err := io.ReadAll(io.LimitReader(response.Body, keptBytes))
	if closed := response.Body.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	if unpacked, err := plain(text, response.Header); err == nil {
		text = unpacked
	}
	answer, ok := parseTokenAnswer(text)
	if answer.AccessToken == "" && refusesGrant(text) {
		response.StatusCode, response.Status = http.StatusBadRequest, "400 Bad Request" // some servers say it with a 200
	}
	if ok {
		if text, err = json.Marshal(answer); err != nil {
			return err
		}
	}
	response.Body, response.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
	response.Header.Del("Content-Encoding")
	return nil
}

// parseTokenAnswer reads JSON or a form, with a byte order mark or without.
func parseTokenAnswer(body []byte) (answer tokenAnswer, ok bool) {
	text, err := plain(body, nil)
	if err != nil {
		return answer, false
	}
	if text = bytes.TrimSpace(text); !bytes.HasPrefix(text, []byte("{")) {
		form, err := url.ParseQuery(string(text))
		answer = tokenAnswer{form.Get("access_token"), form.Get("token_type"), lifetime(form.Get("expires_in"))}
		return answer, err == nil && answer.AccessToken != ""
	}
	var sent struct {
		AccessToken string          `json:"access_token"`
		TokenType   any             `json:"token_type"`
		ExpiresIn   json.RawMessage `json:"expires_in"`
	}
	if err := json.Unmarshal(text, &sent); err != nil {
		return answer, false
	}
	kind, _ := sent.TokenType.(string)
	return tokenAnswer{sent.AccessToken, kind, lifetime(strings.Trim(string(sent.ExpiresIn), `"`))}, true
}

// refusesGrant reports whether an answer is an error of RFC 6749 5.2 that no repetition cures.
func refusesGrant(body []byte) bool {
	text, err := plain(body, nil)
	if err != nil {
		return false
	}
	var sent struct {
		Error any `json:"error"`
	}
	code := ""
	if err := json.Unmarshal(text, &sent); err == nil {
		code, _ = sent.Error.(string)
	} else if form, err := url.ParseQuery(string(bytes.TrimSpace(text))); err == nil {
		code = form.Get("error")
	}
	switch code {
	case "invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type", "invalid_scope", "access_denied":
		return true
	}
	return false
}

// lifetime reads seconds, whole or not; 0 if the text says none.
func lifetime(text string) int64 {
	seconds, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || !(seconds >= 1) {
		return 0
	}
	return int64(min(seconds, math.MaxInt32))
}
