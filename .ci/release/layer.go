package main

import (
	"archive/tar"
	"bytes"
	"encoding/pem"
	"errors"

	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// layer returns the files of the image: the program, and the certificates of the public
// authorities. usersync needs no more, and what is not there cannot be broken into.
func (b build) layer(program []byte) ([]byte, error) {
	var all bytes.Buffer
	w := tar.NewWriter(&all)
	var errs []error
	for _, dir := range []string{"etc/", "etc/ssl/", "etc/ssl/certs/", "usr/", "usr/local/", "usr/local/bin/"} {
		errs = append(errs, w.WriteHeader(&tar.Header{Name: dir, Typeflag: tar.TypeDir, Mode: 0o755, ModTime: b.created}))
	}
	for _, f := range []struct {
		name string
		mode int64
		text []byte
	}{{"etc/ssl/certs/ca-certificates.crt", 0o644, authorities()}, {"usr/local/bin/usersync", 0o755, program}} {
		h := &tar.Header{Name: f.name, Typeflag: tar.TypeReg, Mode: f.mode, Size: int64(len(f.text)), ModTime: b.created}
		errs = append(errs, w.WriteHeader(h), write(w, f.text))
	}
	err := errors.Join(append(errs, w.Close())...) // which writes the end
	return all.Bytes(), err
}

// authorities are the roots that Mozilla trusts without conditions, in the version that
// go.mod pins.
func authorities() []byte {
	var all bytes.Buffer
	for root := range bundle.Roots() {
		if root.Constraint == nil {
			_ = pem.Encode(&all, &pem.Block{Type: "CERTIFICATE", Bytes: root.Certificate}) // to memory
		}
	}
	return all.Bytes()
}
