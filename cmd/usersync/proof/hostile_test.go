package proof

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// hostile is an API that repeats values of users in every place where an answer can hold
// text. The address of each call says which API it is and what goes wrong:
// /API/STATUS/KIND/SHIFT/...; the shift decides which value is repeated in which spelling.
type hostile struct {
	people []person
	url    string
}

func startHostile(t *testing.T, all []person) *hostile {
	h := &hostile{people: all}
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	h.url = s.URL
	return h
}

var idInCall = regexp.MustCompile(`u-[a-z]\b`)

// ServeHTTP answers about the users that the call names, or about all if it names none.
func (h *hostile) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	parts := strings.SplitN(strings.TrimPrefix(r.URL.Path, "/"), "/", 5)
	body, err := io.ReadAll(r.Body)
	if err != nil || len(parts) < 4 {
		panic(http.ErrAbortHandler)
	}
	if strings.HasSuffix(r.URL.Path, "ServiceProviderConfig") {
		_, _ = io.WriteString(w, `{"patch":{"supported":true}}`)
		return
	}
	status, _ := strconv.Atoi(parts[1]) // 0 breaks the connection
	shift, _ := strconv.Atoi(parts[3])
	ids := idInCall.FindAllString(r.URL.Path+string(body), -1)
	said := h.said(parts[0], ids, shift)
	if strings.HasSuffix(r.URL.Path, "/token") {
		said = append(saidOf(client, shift), said...)
	}
	for _, name := range []string{"X-Request-Id", "Kard-Api-Usage-Quota-Remaining", "Retry-After", "Server", "Www-Authenticate", "X-Ratelimit-Reset", "Warning", "Ratelimit", "Ratelimit-Policy"} {
		w.Header().Set(name, strings.Map(func(c rune) rune { return min(max(c, ' '), '~') }, said[0].code))
	}
	w.Header().Set("Location", "https://"+said[0].code+".example/"+url.PathEscape(said[0].text))
	h.answer(w, status, parts[0], parts[2], said)
}

// saying is what the API says about one user.
type saying struct{ id, text, code string }

// client is who the program is to the token endpoint.
var client = [2]string{"Kzwqid-Vxuj&7 Wzojm", "Gzwqx!sek&9%Jvuqk rabwz"}

// saidOf is what a token endpoint says about a client: its id or its secret, in a spelling.
func saidOf(client [2]string, shift int) []saying {
	id, secret := spellings[shift%len(spellings)](client[0]), spellings[(shift+5)%len(spellings)](client[1])
	code := strings.Map(func(r rune) rune {
		if r > '~' || strings.ContainsRune(" '@+&%!;#/=", r) {
			return '_'
		}
		return r
	}, spellings[(shift+3)%len(spellings)](client[shift%2]))
	return []saying{{"", "The client " + id + " with " + secret + " is unknown", code}}
}

func (h *hostile) said(api string, ids []string, shift int) []saying {
	var said []saying
	for i, p := range h.people {
		if len(ids) > 0 && !strings.Contains(strings.Join(ids, " ")+" ", p.id+" ") {
			continue
		}
		values := p.sentTo(api)
		v := values[(i/len(spellings)+shift)%len(values)]
		spelled := spellings[(i+shift)%len(spellings)](v)
		code := strings.Map(func(r rune) rune {
			if r > '~' || strings.ContainsRune(" '@+&%!;#/=", r) {
				return '_'
			}
			return r
		}, spelled)
		said = append(said, saying{p.id, "The value " + spelled + " is not allowed, nor is " + spellings[i](values[shift%len(values)]), code})
	}
	return said
}

// answer writes what is said, in the kind of the fault: as errors in JSON, as a page, as a
// text, or cut off.
func (h *hostile) answer(w http.ResponseWriter, status int, api, kind string, said []saying) {
	text, err := json.Marshal(errorsOf(api, status, said))
	if err != nil || status == 0 {
		panic(http.ErrAbortHandler)
	}
	switch kind {
	case "page":
		text = []byte("<html><title>" + said[0].text + "</title>" + said[0].code)
	case "text":
		text = []byte(said[0].text)
	case "cut":
		w.Header().Set("Content-Length", strconv.Itoa(len(text)))
		text = text[:len(text)-2]
	}
	w.WriteHeader(status)
	_, _ = w.Write(text) // a client that closed the connection does not matter
}

// errorsOf is the errors in the shape of an API, and in the other shapes where they do not
// contradict it.
func errorsOf(api string, status int, said []saying) map[string]any {
	first := said[0]
	all := map[string]any{
		"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:Error"}, "status": strconv.Itoa(max(status, 400)), "scimType": first.code,
		"detail": first.text, "message": first.text, "title": first.code, "code": first.code, "error_description": first.text, first.code: first.text,
		"error": first.code, "error_uri": "https://" + first.code + ".example", "token_type": first.text, "scope": first.text, "expires_in": first.text,
	}
	switch api {
	case "konstantly":
		all["errors"] = map[string][]string{"email": {first.text}, first.code: {first.text, first.code}}
		all["status"] = max(status, 400)
	case "custom":
		all["error"] = map[string]string{"code": first.code, "message": first.text}
	case "onbo":
		all["error"], all["errors"] = first.text, map[string]any{first.code: []string{first.text}}
	case "kard":
		var list []map[string]any
		for _, s := range said {
			list = append(list, map[string]any{"id": s.id, "status": fmt.Sprint(max(status, 400)), "title": s.text, "detail": s.text, "code": s.code, "source": map[string]string{"pointer": "/data/0/" + s.code}})
		}
		all["errors"] = list
	}
	return all
}
