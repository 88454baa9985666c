package main

import (
	"testing"
	"time"

	"usersync/sync/mirror"
)

func TestParseRate(t *testing.T) {
	for text, want := range map[string]rate{
		"16/s":      {perSecond: 16},
		"1000/m":    {perSecond: 1000.0 / 60},
		"50":        {perSecond: 50},
		"0.5/s":     {perSecond: 0.5},
		"unlimited": {unlimited: true},
	} {
		if got, err := parseRate(text); err != nil || got != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "0", "-1", "16/h", "16/", "/s", "NaN", "Inf", "1e400", "fast", "16 /s"} {
		if got, err := parseRate(text); err == nil {
			t.Errorf("%q is taken as %+v", text, got)
		}
	}
}

func TestParseShare(t *testing.T) {
	for _, text := range []string{"", "-1", "1.5", "101%", "-1%", "%", "NaN%", "many"} {
		if got, err := parseShare(text); err == nil {
			t.Errorf("%q is taken as %+v", text, got)
		}
	}
	half, err := parseShare("0.5%")
	if err != nil || !half.covers(5, 1000) || half.covers(6, 1000) || !half.covers(0, 0) {
		t.Errorf("0.5%% is %+v, %v", half, err)
	}
}

func TestParseLimit(t *testing.T) {
	for text, want := range map[string]mirror.Limit{
		"auto": {}, "25": {Set: true, Count: 25}, "0": {Set: true}, "0.5%": {Set: true, Percent: 0.5}, "100%": {Set: true, Percent: 100},
	} {
		if got, err := parseLimit(text); err != nil || got != want {
			t.Errorf("--max-delete %s: %+v, want %+v (%v)", text, got, want, err)
		}
	}
	for _, text := range []string{"", "-1", "101%", "many"} {
		if got, err := parseLimit(text); err == nil {
			t.Errorf("%q is taken as %+v", text, got)
		}
	}
}

func TestParseDelimiter(t *testing.T) {
	for text, want := range map[string]rune{"auto": 0, "tab": '\t', `\t`: '\t', ";": ';', "¦": '¦'} {
		if got, err := parseDelimiter(text); err != nil || got != want {
			t.Errorf("%s: %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"", ";;", "\n", `"`, "\xff"} {
		if _, err := parseDelimiter(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

func TestParseDuration(t *testing.T) {
	if d, err := parseDuration("1h30m"); err != nil || d != 90*time.Minute {
		t.Errorf("1h30m: %v, %v", d, err)
	}
	for _, text := range []string{"", "30", "0s", "-5s"} {
		if _, err := parseDuration(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}
