package page_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// browser is a headless Chromium, driven over a pipe by the protocol of its developer tools.
// It is for one goroutine.
type browser struct {
	t       *testing.T
	to      io.Writer
	from    *bufio.Reader
	session string
	last    int
	trouble []string // what pages have done that they must not
}

// startBrowser starts Chromium, which make test installs, with one empty page.
func startBrowser(t *testing.T) *browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatalf("%v: run make test, which installs it", err)
	}
	theirs, to, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	from, ours, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--remote-debugging-pipe", "--user-data-dir="+t.TempDir())
	cmd.ExtraFiles = []*os.File{theirs, ours} // it reads 3 and writes 4
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_, _ = theirs.Close(), ours.Close()
	b := &browser{t: t, to: to, from: bufio.NewReader(from)}
	t.Cleanup(func() {
		b.session = ""
		b.call("Browser.close", nil, nil)
		_, _, _ = cmd.Wait(), to.Close(), from.Close()
	})
	b.open()
	return b
}

func (b *browser) open() {
	var target struct{ TargetID string }
	b.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var session struct{ SessionID string }
	b.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &session)
	b.session = session.SessionID
	for _, domain := range []string{"Page", "Runtime", "Log", "Network"} {
		b.call(domain+".enable", nil, nil)
	}
}

// message is an answer or an event.
type message struct {
	ID     int
	Method string
	Params struct {
		Type, Text string
		Entry      struct{ Text, Level string }
		Request    struct{ URL string }
	}
	Result json.RawMessage
	Error  *struct{ Message string }
}

// call calls a method, and stores its result unless that is nil.
func (b *browser) call(method string, params, result any) {
	b.t.Helper()
	b.last++
	id := b.last
	text, err := json.Marshal(map[string]any{"id": id, "method": method, "params": params, "sessionId": b.session})
	if params == nil {
		text, err = json.Marshal(map[string]any{"id": id, "method": method, "sessionId": b.session})
	}
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := b.to.Write(append(text, 0)); err != nil {
		b.t.Fatal(err)
	}
	m := b.wait(func(m *message) bool { return m.ID == id })
	if m.Error != nil {
		b.t.Fatalf("%s: %s", method, m.Error.Message)
	}
	if result != nil {
		if err := json.Unmarshal(m.Result, result); err != nil {
			b.t.Fatal(err)
		}
	}
}

// wait reads messages up to a wanted one, and keeps what pages do.
func (b *browser) wait(wanted func(*message) bool) *message {
	b.t.Helper()
	for {
		text, err := b.from.ReadBytes(0)
		if err != nil {
			b.t.Fatalf("the browser has ended: %v", err)
		}
		m := new(message)
		if err := json.Unmarshal(text[:len(text)-1], m); err != nil {
			b.t.Fatal(err)
		}
		b.note(m)
		if wanted(m) {
			return m
		}
	}
}

func (b *browser) note(m *message) {
	p := &m.Params
	switch url := p.Request.URL; {
	case m.Method == "Runtime.exceptionThrown", m.Method == "Runtime.consoleAPICalled":
		b.trouble = append(b.trouble, m.Method+" "+p.Type)
	case m.Method == "Log.entryAdded":
		b.trouble = append(b.trouble, p.Entry.Level+": "+p.Entry.Text)
	case m.Method == "Network.requestWillBeSent" && !strings.HasPrefix(url, "file://") && !strings.HasPrefix(url, "data:"):
		b.trouble = append(b.trouble, "request: "+url)
	}
}

// show opens a file, in light or dark, on a screen of this width.
func (b *browser) show(path, scheme string, width int) {
	b.t.Helper()
	b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}, nil)
	b.call("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}}}, nil)
	b.call("Page.navigate", map[string]any{"url": "file://" + path}, nil)
	b.wait(func(m *message) bool { return m.Method == "Page.loadEventFired" })
}

// run runs a script in the page, and stores its result.
func (b *browser) run(script string, result any) {
	b.t.Helper()
	var answer struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *struct{ Text string }
	}
	b.call("Runtime.evaluate", map[string]any{"expression": script, "awaitPromise": true, "returnByValue": true}, &answer)
	if answer.ExceptionDetails != nil {
		b.t.Fatalf("a script of the test failed: %s", answer.ExceptionDetails.Text)
	}
	if result != nil {
		if err := json.Unmarshal(answer.Result.Value, result); err != nil {
			b.t.Fatal(err)
		}
	}
}

// save keeps a picture of the whole page, or of its print.
func (b *browser) save(path, method string, params map[string]any) {
	var picture struct{ Data []byte }
	b.call(method, params, &picture)
	if err := os.WriteFile(path, picture.Data, 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// finding is what axe-core has found.
type finding struct {
	ID, Help string
	Nodes    []struct{ HTML string }
}

func (f finding) String() string {
	text := f.ID + ": " + f.Help
	for _, n := range f.Nodes[:min(len(f.Nodes), 2)] {
		text += fmt.Sprintf(" [%.100s]", n.HTML)
	}
	return text
}
