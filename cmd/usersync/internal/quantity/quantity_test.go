package quantity

import (
	"testing"
	"time"
)

func TestParseRate(t *testing.T) {
	for text, want := range map[string]Rate{
		"16/s":      {PerSecond: 16},
		"1000/m":    {PerSecond: 1000.0 / 60},
		"50":        {PerSecond: 50},
		"0.5/s":     {PerSecond: 0.5},
		"unlimited": {Unlimited: true},
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
		if got, err := ParseShare(text); err == nil {
			t.Errorf("%q is taken as %+v", text, got)
		}
	}
	half, err := ParseShare("0.5%")
	if err != nil || !half.Covers(5, 1000) || half.Covers(6, 1000) || !half.Covers(0, 0) {
		t.Errorf("0.5%% is %+v, %v", half, err)
	}
}

func TestParseDelimiter(t *testing.T) {
	for text, want := range map[string]string{"auto": "", "tab": "\t", `\t`: "\t", ";": ";", "¦": "¦", `\x01`: "\x01", "||": "||", `\x1f\x1f`: "\x1f\x1f", `\`: `\`} {
		if got, err := ParseDelimiter(text); err != nil || got != want {
			t.Errorf("%s: %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"", ";a", `\x00`, "\n", `"`, `|"`, "\xff"} {
		if _, err := ParseDelimiter(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}

func TestParseDuration(t *testing.T) {
	if d, err := ParseDuration("1h30m"); err != nil || d != 90*time.Minute {
		t.Errorf("1h30m: %v, %v", d, err)
	}
	for _, text := range []string{"", "30", "0s", "-5s"} {
		if _, err := ParseDuration(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}
