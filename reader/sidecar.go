package reader

import (
	"bytes"
	"slices"

	"usersync/reader/place"
	"usersync/reader/proof"
)

// sidecar returns the hash in the sidecar of a file; empty if it has none, or if none is to be
// looked for.
func (in *Input) sidecar(path string) (string, error) {
	switch {
	case !in.o.Expect.Sidecar || path == "-":
		return "", nil
	case place.Is(path):
		return in.sidecarAt(path)
	}
	return proof.Sidecar(path)
}

// sidecarAt returns the hash in the sidecar of an object. It asks for none if the URL has a
// query, which may be a signature of that URL alone.
func (in *Input) sidecarAt(path string) (string, error) {
	if in.o.Places.Secret(path) {
		return "", nil
	}
	text, err := in.opening.short(path+proof.SidecarSuffix, proof.SumLimit)
	switch kind, known := place.KindOf(err); {
	case err == nil && bytes.HasPrefix(bytes.TrimSpace(text), []byte("<")):
		return "", nil // the page that some servers send for what is not there
	case err == nil:
		return proof.SidecarSum(path, text)
	case known && kind == place.Missing:
		return "", nil
	case known && kind == place.Denied: // some servers say that of what is not there
		warning := path + proof.SidecarSuffix + ": may not be read, so that a hash in it proves nothing"
		if !slices.Contains(in.evidence.warnings, warning) {
			in.evidence.warnings = append(in.evidence.warnings, warning)
		}
		return "", nil
	case known && kind == place.Misused:
		return "", nil // what is wrong with the URL is told when the file is opened
	}
	return "", &proof.SidecarError{File: path + proof.SidecarSuffix, Rule: err.Error(), Err: err}
}
