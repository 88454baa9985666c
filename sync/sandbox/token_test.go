package sandbox

import (
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"
)

const (
	form  = "application/x-www-form-urlencoded"
	grant = "grant_type=client_credentials"
)

func TestTokenStyles(t *testing.T) {
	closed := Options{ClientID: "me", ClientSecret: "s:e/c"}
	header := func(basic, contentType string) map[string]string {
		h := map[string]string{"Content-Type": contentType}
		if basic != "" {
			h["Authorization"] = "Basic " + basic
		}
		return h
	}
	const right, encoded, wrong = "bWU6czplL2M=", "bWU6cyUzQWUlMkZj", "bWU6bm8=" // me:s:e/c, me:s%3Ae%2Fc, me:no
	for name, tc := range map[string]struct {
		o      Options
		header map[string]string
		body   string
		want   int
	}{
		"basic":                 {closed, header(right, form), grant, 200},
		"basic, form-encoded":   {closed, header(encoded, form), grant, 200},
		"basic, wrong":          {closed, header(wrong, form), grant, 401},
		"basic, any":            {Options{}, header(wrong, form), grant, 200},
		"basic, no grant":       {closed, header(right, form), "", 400},
		"basic, another grant":  {closed, header(right, form), "grant_type=password", 400},
		"form":                  {closed, header("", form), "client_id=me&client_secret=s%3Ae%2Fc", 200},
		"form, with grant":      {closed, header("", form), grant + "&client_id=me&client_secret=s%3Ae%2Fc", 200},
		"form, another grant":   {closed, header("", form), "grant_type=x&client_id=me&client_secret=s%3Ae%2Fc", 400},
		"form, wrong":           {closed, header("", form), "client_id=me&client_secret=no", 401},
		"form, no secret":       {Options{}, header("", form), "client_id=me", 400},
		"json":                  {closed, header("", "application/json; charset=utf-8"), `{"client_id":"me","client_secret":"s:e/c"}`, 200},
		"json, wrong":           {closed, header("", "application/json"), `{"client_id":"me","client_secret":"no"}`, 401},
		"json, broken":          {Options{}, header("", "application/json"), `{"client_id":`, 400},
		"nothing at all":        {Options{}, nil, "", 400},
		"a body that is broken": {Options{}, header("", form), "client_id=%zz", 400},
	} {
		t.Run(name, func(t *testing.T) {
			tc.o.RequireAuth = true
			s := New(tc.o)
			w := do(t, s, request{"POST", tokenPath, tc.body, tc.header})
			if w.Code != tc.want {
				t.Fatalf("answer is %d %s", w.Code, w.Body)
			}
			if w.Code != 200 {
				if e, _ := read(t, w); len(e.Errors) != 1 {
					t.Errorf("answer is %s", w.Body)
				}
				return
			}
			h := map[string]string{"Authorization": "Bearer " + tokenIn(t, w.Body.Bytes(), 3600)}
			if w := do(t, s, request{"GET", usersPath + "/a", "", h}); w.Code != 404 {
				t.Errorf("with the token: %d", w.Code)
			}
		})
	}
}

func tokenIn(t *testing.T, body []byte, lifetime int) string {
	t.Helper()
	var got struct {
		Token   string `json:"access_token"`
		Type    string `json:"token_type"`
		Expires int    `json:"expires_in"`
	}
	if err := json.Unmarshal(body, &got); err != nil || got.Token == "" || got.Type != "Bearer" || got.Expires != lifetime {
		t.Fatalf("%s: %v", body, err)
	}
	return got.Token
}

func TestTokensExpire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := withFaults(t, Options{RequireAuth: true, Token: "static", TokenLifetime: time.Minute}, "expire:#3")
		token := func() map[string]string {
			w := do(t, s, request{"POST", tokenPath, "client_id=a&client_secret=b", nil})
			return map[string]string{"Authorization": "bearer " + tokenIn(t, w.Body.Bytes(), 60)}
		}
		status := func(h map[string]string) int { return do(t, s, request{"GET", usersPath + "/a", "", h}).Code }
		first := token()
		for i, want := range []int{404, 401, 401} {
			if got := status(first); got != want {
				t.Errorf("call %d after the token: %d, want %d", i+1, got, want)
			}
		}
		second := token()
		time.Sleep(time.Minute - 1)
		if got := status(second); got != 404 {
			t.Errorf("just before its end: %d", got)
		}
		time.Sleep(time.Nanosecond)
		if got := status(second); got != 401 {
			t.Errorf("at its end: %d", got)
		}
		for value, want := range map[string]int{"": 401, "Bearer": 401, "Bearer ": 401, "Bearer x": 401, "Basic static": 401, "Bearer static": 404} {
			if got := status(map[string]string{"Authorization": value}); got != want {
				t.Errorf("Authorization %q: %d", value, got)
			}
		}
	})
}

func TestTokenFaults(t *testing.T) {
	s := withFaults(t, Options{}, "500", "503=2s:#1/token", "down=502:#2")
	for i, want := range []int{503, 502, 200} {
		w := do(t, s, request{"POST", tokenPath, "client_id=a&client_secret=b", nil})
		if w.Code != want {
			t.Errorf("call %d: %d", i+1, w.Code)
		}
	}
}
