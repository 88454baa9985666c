package main

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// user is the user and the group that the image runs as.
const user = "65532:65532"

// layout builds the images for all platforms, writes the index of them as an OCI layout and as
// an archive of that, and returns its digest.
func (b build) layout(platforms []string, out string) (digest v1.Hash, err error) {
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, name := range platforms {
		p, err := v1.ParsePlatform(name)
		if err != nil {
			return digest, err
		}
		image, err := b.image(*p)
		if err != nil {
			return digest, fmt.Errorf("build the image for %s: %w", name, err)
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: image, Descriptor: v1.Descriptor{Platform: p}})
	}
	if err := os.RemoveAll(out); err != nil {
		return digest, err
	}
	path, err := layout.Write(out, empty.Index)
	if err != nil {
		return digest, err
	}
	if err := path.AppendIndex(index, layout.WithAnnotations(map[string]string{"org.opencontainers.image.ref.name": b.version})); err != nil {
		return digest, err
	}
	if digest, err = index.Digest(); err != nil {
		return digest, err
	}
	return digest, archive(out, out+".tar")
}

func (b build) image(p v1.Platform) (v1.Image, error) {
	dir, err := os.MkdirTemp("", "usersync-image-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	program := filepath.Join(dir, "usersync")
	if err := b.compile(p, program); err != nil {
		return nil, err
	}
	text, err := os.ReadFile(program)
	if err != nil {
		return nil, err
	}
	files, err := b.layer(text)
	if err != nil {
		return nil, err
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(files)), nil }, tarball.WithMediaType(types.OCILayer))
	if err != nil {
		return nil, err
	}
	image := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	if image, err = mutate.Append(image, mutate.Addendum{Layer: layer, History: v1.History{Created: v1.Time{Time: b.created}, CreatedBy: "go run -C .ci/release . image"}}); err != nil {
		return nil, err
	}
	return mutate.ConfigFile(image, b.config(image, p))
}

// config is the configuration of the image. It says the same as the Dockerfile.
func (b build) config(image v1.Image, p v1.Platform) *v1.ConfigFile {
	c, err := image.ConfigFile()
	if err != nil {
		c = &v1.ConfigFile{} // an image in memory has one
	}
	c = c.DeepCopy()
	c.OS, c.Architecture, c.Variant, c.Created = p.OS, p.Architecture, p.Variant, v1.Time{Time: b.created}
	c.Config = v1.Config{
		User: user, Entrypoint: []string{"/usr/local/bin/usersync", "pod"}, Env: []string{"PATH=/usr/local/bin"},
		Labels: map[string]string{
			"org.opencontainers.image.title":       "usersync",
			"org.opencontainers.image.description": "Syncs a file of users to a user API and reports exactly one outcome per user",
			"org.opencontainers.image.licenses":    "Apache-2.0",
			"org.opencontainers.image.version":     b.version,
			"org.opencontainers.image.revision":    b.commit,
		},
	}
	return c
}

// compile builds the program. Go says nothing about paths, and nothing depends on the time.
func (b build) compile(p v1.Platform, to string) error {
	exit, err := modulePath(b.source)
	if err != nil {
		return err
	}
	exit += "/cmd/usersync/internal/exit"
	to, err = filepath.Abs(to)
	if err != nil {
		return err
	}
	cmd := exec.Command("go", "build", "-tags", b.tags, "-trimpath", "-buildvcs=false",
		"-ldflags", "-s -w -X "+exit+".version="+b.version+" -X "+exit+".commit="+b.commit, "-o", to, "./cmd/usersync")
	cmd.Dir, cmd.Stderr = b.source, os.Stderr
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+p.OS, "GOARCH="+p.Architecture, "GOWORK=off")
	return cmd.Run()
}

// modulePath is the path of the module in a directory.
func modulePath(dir string) (string, error) {
	text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil {
		return "", err
	}
	first, _, _ := strings.Cut(string(text), "\n")
	path, found := strings.CutPrefix(first, "module ")
	if !found {
		return "", errors.New("go.mod does not begin with the path of the module")
	}
	return strings.TrimSpace(path), nil
}

// archive writes a directory as a tar file whose bytes depend on nothing but its files.
func archive(dir, to string) error {
	var all bytes.Buffer
	w := tar.NewWriter(&all)
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return w.WriteHeader(&tar.Header{Name: name + "/", Typeflag: tar.TypeDir, Mode: 0o755})
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return errors.Join(w.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644, Size: int64(len(text))}), write(w, text))
	})
	if err = errors.Join(err, w.Close()); err != nil {
		return err
	}
	return os.WriteFile(to, all.Bytes(), 0o644)
}

func write(w io.Writer, text []byte) error {
	_, err := w.Write(text)
	return err
}
