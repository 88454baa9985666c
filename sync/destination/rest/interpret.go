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

// WebPage returns the fault of a 404 that is a page of a gateway or web server. It
// says that the address is unknown, and nothing about the user: otherwise every
// delete would be a success. It returns nil for any other answer.
func (a *Answer) WebPage() *destination.CallError {
	if a.Status != http.StatusNotFound || !bytes.HasPrefix(bytes.TrimSpace(a.Body), []byte("<")) {
		return nil
	}
	return a.Fail(destination.Denied, "http_404", "a web page, not the API, says that there is no such user; check base_url")
}

// Unreadable returns the fault of a success that could not be read because of err:
// the users were perhaps taken.
func (a *Answer) Unreadable(err error) *destination.CallError {
	if errors.Is(err, io.ErrUnexpectedEOF) && len(a.Body) > 0 {
		return a.Fail(destination.PerhapsTaken, "cut_answer", "")
	}
	return a.Fail(destination.PerhapsTaken, "not_json", "")
}

// InDoubt returns the outcome of a user that the answer does not mention: in doubt,
// with the status as the code.
func (a *Answer) InDoubt() user.Outcome {
	return user.Outcome{Status: user.InDoubt, Code: destination.StatusCode(a.Status), HTTP: a.Status, RequestID: a.RequestID}
}

const maxText = 1000 // bytes read of an answer that is not JSON

// PlainText returns the text of an answer that is not JSON; "" for a gateway's page.
func PlainText(body []byte) string {
	text := strings.TrimSpace(string(body[:min(len(body), maxText)]))
	if strings.ContainsAny(text, "<{[") {
		return ""
	}
	return text
}

// StatusIn reads a status inside an answer: 409, or 409 Conflict. 0 means none.
func StatusIn(text string) int {
	digits, _, _ := strings.Cut(strings.TrimSpace(text), " ")
	n, err := strconv.Atoi(digits)
	if err != nil || n < 100 || n > 599 {
		return 0
	}
	return n
}
