package rest

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"usersync/sync/destination"
	"usersync/sync/user"
)

// Elsewhere is the fault of a 404 that comes as a page of a gateway or web
// server, which knows no such address and says nothing of the user: taken at its
// word, it would make every delete a success. nil for every other answer.
func (a *Answer) Elsewhere() *destination.CallError {
	if a.Status != http.StatusNotFound || !bytes.HasPrefix(bytes.TrimSpace(a.Body), []byte("<")) {
		return nil
	}
	return a.Fail(destination.Denied, "http_404", "a web page, and not the API, says that there is no such user; check base_url")
}

// Unreadable is the fault of a success that cannot be read, err being why: the
// users were perhaps taken.
func (a *Answer) Unreadable(err error) *destination.CallError {
	if errors.Is(err, io.ErrUnexpectedEOF) && len(a.Body) > 0 {
		return a.Fail(destination.PerhapsTaken, "cut_answer", "")
	}
	return a.Fail(destination.PerhapsTaken, "not_json", "")
}

// Unsaid is the outcome of whoever the answer tells nothing about: in doubt, with
// the status for a code.
func (a *Answer) Unsaid() user.Outcome {
	return user.Outcome{Status: user.InDoubt, Code: destination.StatusCode(a.Status), HTTP: a.Status, RequestID: a.RequestID}
}

const maxText = 1000 // bytes of an answer that is no JSON which are looked at

// PlainText is what an answer that is no JSON says. A gateway's page says nothing.
func PlainText(body []byte) string {
	text := strings.TrimSpace(string(body[:min(len(body), maxText)]))
	if strings.ContainsAny(text, "<{[") {
		return ""
	}
	return text
}

// StatusIn reads a status inside an answer: 409, or 409 Conflict. 0 is none.
func StatusIn(text string) int {
	digits, _, _ := strings.Cut(strings.TrimSpace(text), " ")
	n, err := strconv.Atoi(digits)
	if err != nil || n < 100 || n > 599 {
		return 0
	}
	return n
}
