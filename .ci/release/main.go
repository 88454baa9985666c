// Command release makes what is published besides the source: the image, without Docker, and the
// list of what a program is made of.
//
//	go run -C .ci/release . image -version V -commit C -out DIR   an OCI layout and an archive of it
//	go run -C .ci/release . sbom VERSION PROGRAM                  CycloneDX JSON, on standard output
//
// The same commit and the same Go version always give the same bytes.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func run(args []string, stdout io.Writer) error {
	switch {
	case len(args) > 0 && args[0] == "image":
		return makeImage(args[1:], stdout)
	case len(args) == 3 && args[0] == "sbom":
		return writeSBOM(args[2], args[1], stdout)
	}
	return errors.New("give image or sbom: see the comment of main.go")
}

// build says what to build.
type build struct {
	source          string // the root of the module
	tags            string
	version, commit string
	created         time.Time // of the commit
}

func makeImage(args []string, stdout io.Writer) error {
	b := build{}
	flags := flag.NewFlagSet("image", flag.ContinueOnError)
	flags.StringVar(&b.source, "source", "../..", "the root of the module")
	flags.StringVar(&b.tags, "tags", "cloud,otlp,redis,timetzdata", "build tags")
	flags.StringVar(&b.version, "version", "", "the version that the program reports")
	flags.StringVar(&b.commit, "commit", "", "the commit that the program reports")
	created := flags.Int64("created", 0, "when the commit was made, in seconds since 1970")
	platforms := flags.String("platforms", "linux/amd64,linux/arm64", "what to build for")
	out := flags.String("out", "../../dist/image", "the directory of the OCI layout; the archive is next to it")
	if err := flags.Parse(args); err != nil {
		return err
	}
	b.created = time.Unix(*created, 0).UTC()
	digest, err := b.layout(strings.Split(*platforms, ","), *out)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(stdout, "%s.tar\n%s\n", *out, digest)
	return err
}
