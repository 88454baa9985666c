package onbo

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/klauspost/compress/gzip"

	"usersync/sync/user"
)

// desk is a directory of reports inside a directory with other files.
func desk(t *testing.T) (reports string) {
	t.Helper()
	home := t.TempDir()
	reports = filepath.Join(home, "reports")
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	write := func(name, content string) { must(os.WriteFile(filepath.Join(home, name), []byte(content), 0o600)) }
	must(os.MkdirAll(filepath.Join(reports, "2024", "dir"), 0o700))
	write("passwd", "root")
	write("reports/credit.xml", "<credit/>")
	write("reports/2024/asset.json", `{"accounts": []}`)
	write("reports/one", "1")
	write("reports/empty.xml", "")
	write("reports/large.xml", strings.Repeat("x", maxReport+1))
	write("reports/full.xml", strings.Repeat("x", maxReport))
	write("reports/packed.xml.gz", string(packed(t, "<credit/>")))
	must(os.Symlink("../passwd", filepath.Join(reports, "out.xml")))
	must(os.Symlink("credit.xml", filepath.Join(reports, "in.xml")))
	must(os.Symlink("..", filepath.Join(reports, "up")))
	must(syscall.Mkfifo(filepath.Join(reports, "pipe"), 0o600))
	return reports
}

func packed(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestReportsAreFilesOfTheirDirectory: Check and Apply refuse any other file,
// without a call and without the file's name.
func TestReportsAreFilesOfTheirDirectory(t *testing.T) {
	reports := desk(t)
	calls := 0
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		calls++
		w.WriteHeader(400)
	}, func(c *Config) { c.Reports = reports })
	for name, code := range map[string]string{
		"credit.xml": "", "2024/asset.json": "", "2024/../credit.xml": "", "./credit.xml": "", "one": "", "packed.xml.gz": "", "full.xml": "",
		"absent.xml": "no_report", "2024": "no_report", "2024/dir": "no_report", "pipe": "no_report", "out.xml": "no_report", "in.xml": "no_report",
		"../passwd": "no_report", "up/passwd": "no_report", "2024/../../passwd": "no_report", "/etc/passwd": "no_report", filepath.Join(reports, "credit.xml"): "no_report",
		"credit.xml\x00": "no_report", ".": "no_report", "empty.xml": "empty_report", "large.xml": "large_report",
	} {
		r := with(known("1"), user.CreditReport, text(name))
		err := c.Check(r)
		var bad *user.InvalidError
		if errors.As(err, &bad); (err == nil) != (code == "") || err != nil && (bad.Code != code || bad.Field != user.CreditReport || name != "." && strings.Contains(err.Error(), name)) {
			t.Errorf("%s: Check says %v, want %s", name, err, code)
		}
		before := calls
		o, ce := apply(t, c, user.Update, r)
		switch {
		case code == "" && (ce != nil || o.Status != user.Refused || calls != before+1):
			t.Errorf("%s: %s after %d calls", name, told(o, ce), calls-before)
		case code != "" && (ce != nil || o.Status != user.Invalid || o.Code != code || calls != before):
			t.Errorf("%s: %s after %d calls, want invalid %s", name, told(o, ce), calls-before, code)
		case code != "" && strings.Contains(o.Detail, name) && name != ".":
			t.Errorf("%s: the detail shows the name: %s", name, o.Detail)
		}
	}
}

func TestReportsAreSentPacked(t *testing.T) {
	reports := desk(t)
	var sent map[string]any
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		sent = nil
		if err := json.NewDecoder(r.Body).Decode(&sent); err != nil {
			t.Error(err)
		}
		w.WriteHeader(400)
	}, func(c *Config) { c.Reports = reports })
	for name, want := range map[string]string{"credit.xml": "<credit/>", "packed.xml.gz": "<credit/>", "2024/asset.json": `{"accounts": []}`, "one": "1", "full.xml": strings.Repeat("x", maxReport)} {
		r := with(with(known("1"), user.CreditReport, text(name)), user.AssetReport, text("one"))
		if _, ce := apply(t, c, user.Update, r); ce != nil {
			t.Fatal(ce)
		}
		if got := unpacked(t, sent["credit_report_xml_gzip"]); got != want {
			t.Errorf("%s came as %.40q", name, got)
		}
		if got := unpacked(t, sent["asset_report_json_gzip"]); got != "1" {
			t.Errorf("the second report came as %.40q", got)
		}
	}
}

func unpacked(t *testing.T, member any) string {
	t.Helper()
	text, _ := member.(string)
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	whole, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(whole)
}

// TestAReportThatGoes: a file that Check saw may not exist when the call is built.
func TestAReportThatGoes(t *testing.T) {
	reports := desk(t)
	c := answering(t, 200, `{"uuid":"`+uuid+`"}`, func(c *Config) { c.Reports = reports })
	r := with(person("1"), user.AssetReport, text("credit.xml"))
	if err := c.Check(r); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(reports, "credit.xml")); err != nil {
		t.Fatal(err)
	}
	if o, ce := apply(t, c, user.Create, r); told(o, ce) != "invalid no_report 0" {
		t.Error(told(o, ce))
	}
	if err := os.RemoveAll(reports); err != nil {
		t.Fatal(err)
	}
	if o, ce := apply(t, c, user.Create, r); told(o, ce) != "invalid no_report 0" {
		t.Error(told(o, ce))
	}
}
