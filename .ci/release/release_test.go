package main

import (
	"archive/tar"
	"bytes"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	cdx "github.com/CycloneDX/cyclonedx-go"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
)

func built() build {
	return build{source: filepath.Join("..", ".."), version: "v1.2.3", commit: "0123abc", created: time.Unix(1_790_000_000, 0).UTC()}
}

// make writes the layout for this machine and returns where it is, and its digest.
func makeLayout(t *testing.T) (string, v1.Hash) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "image")
	digest, err := built().layout([]string{"linux/" + runtime.GOARCH}, out)
	if err != nil {
		t.Fatal(err)
	}
	return out, digest
}

// The same commit makes the same image, byte for byte.
func TestImageIsReproducible(t *testing.T) {
	first, digest := makeLayout(t)
	second, again := makeLayout(t)
	one, err := os.ReadFile(first + ".tar")
	other, bad := os.ReadFile(second + ".tar")
	if err = errors.Join(err, bad); err != nil || digest != again || !bytes.Equal(one, other) {
		t.Fatal(digest, again, err)
	}
	t.Run("image", func(t *testing.T) { checkImage(t, first) })
}

// imageIn reads the image of this machine from a layout.
func imageIn(t *testing.T, dir string) v1.Image {
	t.Helper()
	index, err := layout.ImageIndexFromPath(dir)
	if err != nil {
		t.Fatal(err)
	}
	top, err := index.IndexManifest()
	if err != nil || len(top.Manifests) != 1 || top.Manifests[0].Annotations["org.opencontainers.image.ref.name"] != "v1.2.3" {
		t.Fatal(top, err)
	}
	platforms, err := index.ImageIndex(top.Manifests[0].Digest)
	if err != nil {
		t.Fatal(err)
	}
	list, err := platforms.IndexManifest()
	if err != nil || len(list.Manifests) != 1 || list.Manifests[0].Platform.Architecture != runtime.GOARCH {
		t.Fatal(list, err)
	}
	image, err := platforms.Image(list.Manifests[0].Digest)
	if err != nil {
		t.Fatal(err)
	}
	return image
}

func checkImage(t *testing.T, dir string) {
	image := imageIn(t, dir)
	c, err := image.ConfigFile()
	if err != nil {
		t.Fatal(err)
	}
	if c.Config.User != "65532:65532" || !slices.Equal(c.Config.Entrypoint, []string{"/usr/local/bin/usersync", "pod"}) || len(c.Config.Cmd) > 0 ||
		c.OS != "linux" || c.Architecture != runtime.GOARCH || c.Created.Unix() != 1_790_000_000 {
		t.Errorf("%+v", c)
	}
	if l := c.Config.Labels; l["org.opencontainers.image.version"] != "v1.2.3" || l["org.opencontainers.image.revision"] != "0123abc" || l["org.opencontainers.image.licenses"] != "Apache-2.0" {
		t.Errorf("%v", l)
	}
	root := t.TempDir()
	unpack(t, image, root)
	checkCertificates(t, filepath.Join(root, "etc/ssl/certs/ca-certificates.crt"))
	checkProgram(t, root)
}

// unpack unpacks the layer below a directory and checks what is in it.
func unpack(t *testing.T, image v1.Image, root string) {
	t.Helper()
	layers, err := image.Layers()
	if err != nil || len(layers) != 1 {
		t.Fatal(layers, err)
	}
	text, err := layers[0].Uncompressed()
	if err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(text)
	if err = errors.Join(err, text.Close()); err != nil || len(all)%512 != 0 || !bytes.HasSuffix(all, make([]byte, 1024)) {
		t.Fatal("the layer has no end, which other programs than Go's require", err)
	}
	var files []string
	for r := tar.NewReader(bytes.NewReader(all)); ; {
		h, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Uid != 0 || h.Gid != 0 || h.Mode&0o022 != 0 || h.Mode&^0o777 != 0 {
			t.Errorf("%s: owner %d:%d, mode %o", h.Name, h.Uid, h.Gid, h.Mode)
		}
		path := filepath.Join(root, h.Name)
		if h.Typeflag == tar.TypeDir {
			if err := os.Mkdir(path, 0o755); err != nil {
				t.Fatal(err)
			}
			continue
		}
		files = append(files, h.Name)
		f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, os.FileMode(h.Mode))
		if err != nil {
			t.Fatal(err)
		}
		_, err = io.Copy(f, r)
		if err := errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(files, []string{"etc/ssl/certs/ca-certificates.crt", "usr/local/bin/usersync"}) {
		t.Errorf("the image holds %s", files)
	}
}

func checkCertificates(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for rest := text; ; n++ {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if _, err := x509.ParseCertificate(block.Bytes); err != nil {
			t.Error(err)
		}
	}
	if n < 100 {
		t.Errorf("%d certificates", n)
	}
}

// checkProgram runs the program of the image: as root with nothing around it but what the
// image holds and one directory to write to, otherwise where it was unpacked.
func checkProgram(t *testing.T, root string) {
	data := filepath.Join(root, "data")
	users, err := os.ReadFile("../../testdata/users/kard.csv")
	if err = errors.Join(err, os.Mkdir(data, 0o700), os.WriteFile(filepath.Join(root, "users.csv"), users, 0o644)); err != nil {
		t.Fatal(err)
	}
	within := func(args ...string) *exec.Cmd {
		cmd := exec.Command(filepath.Join(root, "usr/local/bin/usersync"), args...)
		cmd.Dir, cmd.Env = root, []string{"PATH=/usr/local/bin"}
		if os.Getuid() == 0 {
			cmd.Path, cmd.Dir = "/usr/local/bin/usersync", "/"
			cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: root, Credential: &syscall.Credential{Uid: 65532, Gid: 65532}}
		}
		return cmd
	}
	if os.Getuid() == 0 {
		for _, dir := range []string{root, filepath.Dir(root), filepath.Dir(filepath.Dir(root))} {
			if err := os.Chmod(dir, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Chown(data, 65532, 65532); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := within("version").CombinedOutput(); err != nil || !strings.HasPrefix(string(out), "usersync v1.2.3\ncommit 0123abc\n") {
		t.Errorf("%s, %v", out, err)
	}
	out, err := within("run", "--to", "kard", "--sandbox", "--runs-dir", "data/runs", "--json", "users.csv").Output()
	if err != nil || !strings.Contains(string(out), `"created": 250`) {
		t.Errorf("%s, %v", out, err)
	}
}

func TestSBOM(t *testing.T) {
	program := filepath.Join(t.TempDir(), "usersync")
	if err := built().compile(v1.Platform{OS: "linux", Architecture: runtime.GOARCH}, program); err != nil {
		t.Fatal(err)
	}
	var first, second bytes.Buffer
	if err := errors.Join(run([]string{"sbom", "v1.2.3", program}, &first), run([]string{"sbom", "v1.2.3", program}, &second)); err != nil {
		t.Fatal(err)
	}
	if first.String() != second.String() || !json.Valid(first.Bytes()) {
		t.Error("the lists differ, or are not JSON")
	}
	b := new(cdx.BOM)
	if err := cdx.NewBOMDecoder(&first, cdx.BOMFileFormatJSON).Decode(b); err != nil {
		t.Fatal(err)
	}
	if c := b.Metadata.Component; b.SpecVersion != cdx.SpecVersion1_6 || c.Name != "usersync" || c.Version != "v1.2.3" {
		t.Errorf("%+v", c)
	}
	refs := map[string]bool{}
	for _, c := range *b.Components {
		if refs[c.BOMRef] || c.Version == "" || !strings.HasPrefix(c.PackageURL, "pkg:golang/") {
			t.Errorf("%+v", c)
		}
		refs[c.BOMRef] = true
	}
	names := ""
	for ref := range refs {
		names += " " + ref
	}
	for _, wanted := range []string{" pkg:golang/std@1.", " pkg:golang/github.com/spf13/cobra@v1.", " pkg:golang/modernc.org/sqlite@v1."} {
		if !strings.Contains(names, wanted) {
			t.Errorf("no%s in%s", wanted, names)
		}
	}
	if d := *b.Dependencies; len(d) != 1 || len(*d[0].Dependencies) != len(refs) {
		t.Errorf("%+v", d)
	}
}
