//go:build cloud && azure

package cloud

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/storage/azblob"
)

// more adds Azure, whose server is not in Debian: make azure needs azurite-blob in PATH.
func more() map[string]func(*testing.T, *faulty) cloud {
	return map[string]func(*testing.T, *faulty) cloud{"Azure": azure}
}

// azure starts a server of Azure Blob Storage, with f before it.
func azure(t *testing.T, f *faulty) cloud {
	t.Helper()
	key := make([]byte, 64)
	_, _ = rand.Read(key)
	secret := base64.StdEncoding.EncodeToString(key)
	server := startAzurite(t, secret)
	at, to := f.start(t)
	to(server)
	t.Setenv("AZURE_STORAGE_ACCOUNT", "account")
	t.Setenv("AZURE_STORAGE_KEY", secret)
	t.Setenv("AZURE_STORAGE_DOMAIN", strings.TrimPrefix(at, "http://"))
	t.Setenv("AZURE_STORAGE_PROTOCOL", "http")
	t.Setenv("AZURE_STORAGE_IS_LOCAL_EMULATOR", "true")
	shared, err := azblob.NewSharedKeyCredential("account", secret)
	if err != nil {
		t.Fatal(err)
	}
	client, err := azblob.NewClientWithSharedKeyCredential(server+"/account", shared, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.CreateContainer(t.Context(), "feeds", nil); err != nil {
		t.Fatal(err)
	}
	return cloud{"azblob",
		func(t *testing.T, key string, content []byte) {
			if _, err := client.UploadBuffer(t.Context(), "feeds", key, content, nil); err != nil {
				t.Error(err)
			}
		},
		func(t *testing.T, key string) {
			if _, err := client.DeleteBlob(t.Context(), "feeds", key, nil); err != nil {
				t.Error(err)
			}
		}}
}

func startAzurite(t *testing.T, secret string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := l.Addr().String()
	_ = l.Close()
	_, port, _ := net.SplitHostPort(at)
	ctx, stop := context.WithCancel(context.Background())
	cmd := exec.CommandContext(ctx, "azurite-blob", "--silent", "--skipApiVersionCheck", "--inMemoryPersistence", "--disableTelemetry", "--blobPort", port)
	cmd.Env = append(os.Environ(), "AZURITE_ACCOUNTS=account:"+secret)
	cmd.Dir = t.TempDir()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(); _ = cmd.Wait() })
	for range 300 {
		if conn, err := net.Dial("tcp", at); err == nil {
			_ = conn.Close()
			return "http://" + at
		}
		time.Sleep(100 * time.Millisecond) // it says nowhere that it listens
	}
	t.Fatal("azurite does not listen")
	return ""
}

// A gigabyte arrives byte for byte although the connection is cut every 100 MB, in little memory.
func TestLarge(t *testing.T) {
	const size = 1 << 30
	content := bytes.Repeat([]byte("u-0001,mail@example.com,CARDLINKED and more of it to make a line long...\n"), size/73+1)[:size]
	want := sha256.Sum256(content)
	for _, name := range []string{"S3", "Azure"} {
		t.Run(name, func(t *testing.T) {
			f := &faulty{cutAfter: 100 << 20}
			c := clouds()[name](t, f)
			c.put(t, "large.csv", content)
			var before, now runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			var most atomic.Uint64
			begin, sum := time.Now(), sha256.New()
			r, err := opener().Open(t.Context(), c.scheme+"://feeds/large.csv")
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			n, err := io.Copy(sum, io.TeeReader(r, watch(func() {
				runtime.ReadMemStats(&now)
				most.Store(max(most.Load(), now.HeapInuse))
			})))
			if err != nil || n != size || [32]byte(sum.Sum(nil)) != want {
				t.Errorf("%d bytes, %v", n, err)
			}
			t.Logf("%s: %.1f s, continued %d times, heap at most %d MB more", filepath.Base(name), time.Since(begin).Seconds(), f.continued.Load(), (int64(most.Load())-int64(before.HeapInuse))>>20)
		})
	}
}

// watch calls itself once for each 64 MB that are written.
func watch(f func()) io.Writer {
	left := 0
	return writerFunc(func(p []byte) (int, error) {
		if left -= len(p); left < 0 {
			left = 64 << 20
			f()
		}
		return len(p), nil
	})
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
