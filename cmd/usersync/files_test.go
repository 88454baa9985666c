package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/rogpeppe/go-internal/testscript"
)

// folder serves the files of a folder, and cuts each answer after some bytes. What is under
// signed/ needs ?sig=s3cret, and nothing under denied/ may be read. What is under once/ may be
// read once, as with a signature that expires. When an answer is first
// continued, a FILE.next replaces FILE.
type folder struct {
	dir       string
	cut       int // 0: no answer is cut
	continued atomic.Bool
	expired   atomic.Bool
}

// serveFiles is files DIR [CUT]: it serves a folder, and puts its URL into $FILES.
func serveFiles(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 || len(args) > 2 {
		ts.Fatalf("usage: files DIR [CUT]")
	}
	f := &folder{dir: ts.MkAbs(args[0])}
	if len(args) == 2 {
		n, err := strconv.Atoi(args[1])
		ts.Check(err)
		f.cut = n
	}
	listen(ts, "FILES", f)
}

func (f *folder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := filepath.Join(f.dir, filepath.FromSlash(r.URL.Path))
	if strings.HasPrefix(r.URL.Path, "/denied/") || strings.HasPrefix(r.URL.Path, "/signed/") && r.URL.RawQuery != "sig=s3cret" {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	if strings.HasPrefix(r.URL.Path, "/once/") && r.Method == http.MethodGet && f.expired.Swap(true) {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	if r.Method == http.MethodPut {
		f.put(w, r, path)
		return
	}
	if next, err := os.ReadFile(path + ".next"); err == nil && r.Header.Get("Range") != "" && f.continued.CompareAndSwap(false, true) {
		os.WriteFile(path, next, 0o600)
	}
	text, err := os.ReadFile(path)
	info, bad := os.Stat(path)
	if err != nil || bad != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("ETag", fmt.Sprintf(`"%x"`, sha256.Sum256(text)))
	http.ServeContent(&cutAnswer{w, f.cut, f.cut > 0}, r, path, info.ModTime(), bytes.NewReader(text))
}

// put stores what is uploaded; denied by a folder that is not there.
func (f *folder) put(w http.ResponseWriter, r *http.Request, path string) {
	var text bytes.Buffer
	_, err := text.ReadFrom(r.Body)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o700)
	}
	if err == nil {
		err = os.WriteFile(path, text.Bytes(), 0o600)
	}
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
	}
}

// cutAnswer hangs up after some bytes.
type cutAnswer struct {
	http.ResponseWriter
	left int
	cuts bool
}

func (c *cutAnswer) Write(p []byte) (int, error) {
	if c.cuts && len(p) > c.left {
		c.ResponseWriter.Write(p[:c.left])
		http.NewResponseController(c.ResponseWriter).Flush()
		panic(http.ErrAbortHandler)
	}
	c.left -= len(p)
	return c.ResponseWriter.Write(p)
}
