package main

import (
	"debug/buildinfo"
	"fmt"
	"io"
	"strings"

	cdx "github.com/CycloneDX/cyclonedx-go"
)

// writeSBOM lists what a program is made of, as the Go tool recorded it in the program: every
// module with its version, and the standard library. The Go tool does not record the version that
// the linker stamps.
func writeSBOM(program, version string, to io.Writer) error {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return fmt.Errorf("read what %s is made of: %w", program, err)
	}
	e := cdx.NewBOMEncoder(to, cdx.BOMFileFormatJSON)
	e.SetPretty(true)
	return e.EncodeVersion(sbom(info, version), cdx.SpecVersion1_6)
}

// sbom has neither a serial number nor a time: the same program has the same list.
func sbom(info *buildinfo.BuildInfo, version string) *cdx.BOM {
	main := component(cdx.ComponentTypeApplication, info.Main.Path, version)
	components := []cdx.Component{component(cdx.ComponentTypeLibrary, "std", strings.TrimPrefix(info.GoVersion, "go"))}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		components = append(components, component(cdx.ComponentTypeLibrary, m.Path, m.Version))
	}
	var refs []string
	for _, c := range components {
		refs = append(refs, c.BOMRef)
	}
	properties := []cdx.Property{}
	for _, s := range info.Settings {
		if s.Key == "-tags" || s.Key == "GOOS" || s.Key == "GOARCH" || s.Key == "CGO_ENABLED" {
			properties = append(properties, cdx.Property{Name: "cdx:gomod:build:env:" + s.Key, Value: s.Value})
		}
	}
	main.Properties = &properties
	b := cdx.NewBOM()
	b.Metadata = &cdx.Metadata{Component: &main}
	b.Components = &components
	b.Dependencies = &[]cdx.Dependency{{Ref: main.BOMRef, Dependencies: &refs}}
	return b
}

func component(kind cdx.ComponentType, name, version string) cdx.Component {
	purl := "pkg:golang/" + strings.ReplaceAll(name, "+", "%2B") + "@" + strings.ReplaceAll(version, "+", "%2B")
	return cdx.Component{BOMRef: purl, Type: kind, Name: name, Version: version, PackageURL: purl}
}
