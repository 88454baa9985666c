package main

import (
	"errors"
	"slices"
	"strconv"

	"usersync/reader"
)

// proving is what can be set about how an input is proved to be whole.
func proving() []setting {
	return []setting{
		{key: "expect_records", flag: "expect-records", kind: path, value: "N|FILE", also: noExpectation, literal: isNumber,
			use: "how many records the input must have, or a file that holds the number; none takes any",
			set: into(func(c *config) *string { return &c.Proof.records }, parseExpectedRecords)},
		{key: "expect_sha256", flag: "expect-sha256", kind: path, value: "HEX|FILE", also: noExpectation, literal: reader.IsSHA256,
			use: "the SHA-256 that the one input file must have, as it lies there, or a file with the line that sha256sum wrote; none takes any",
			set: into(func(c *config) *string { return &c.Proof.sha256 }, parseExpectedSHA256)},
		{key: "trailer", flag: "trailer", value: "WORD",
			use: "the first cell of the last row of each CSV file, which is no user and holds the number of its records in another cell",
			set: asText(func(c *config) *string { return &c.Proof.trailer })},
		{key: "trust_eof", flag: "trust-eof", kind: toggle, def: "false",
			use: "take the end of a file for the end of the users, though nothing proves that it was not cut",
			set: into(func(c *config) *bool { return &c.Proof.trustEOF }, parseBool)},
	}
}

// noExpectation is for one command where the config expects something.
const noExpectation = "none"

// proofConfig is what was set about proofs, as it was typed.
type proofConfig struct {
	records, sha256, trailer string
	trustEOF                 bool
	read                     *expected // once the files were read that these name
}

func isNumber(text string) bool {
	_, err := strconv.Atoi(text)
	return err == nil
}

func parseExpectedRecords(text string) (string, error) {
	if n, err := strconv.Atoi(text); text == "-" || err == nil && n < 1 {
		return "", errors.New("must be a whole number of at least 1, the name of a file that holds one, or none")
	}
	return text, nil
}

func parseExpectedSHA256(text string) (string, error) {
	if text == "-" {
		return "", errors.New("must be 64 hex digits, the name of a file that sha256sum wrote, or none")
	}
	return text, nil
}

// expects reports whether anything is expected of the one input alone.
func (p *proofConfig) expects() bool { return len(p.none()) > 0 }

// none are the flags that take back what is expected.
func (p *proofConfig) none() (flags []string) {
	for _, set := range [][2]string{{"--expect-records", p.records}, {"--expect-sha256", p.sha256}} {
		if set[1] != "" && set[1] != noExpectation {
			flags = append(flags, set[0], noExpectation)
		}
	}
	return flags
}

// spare expects nothing of this input, which is another than the settings mean.
func (p *proofConfig) spare() { p.read = &expected{} }

// files are those that a run of the paths may read about them.
func (p *proofConfig) files(paths []string) []string {
	var files []string
	if p.records != noExpectation && !isNumber(p.records) {
		files = append(files, p.records)
	}
	if p.sha256 != noExpectation && !reader.IsSHA256(p.sha256) {
		files = append(files, p.sha256)
	}
	for _, path := range paths {
		files = append(files, path+reader.SidecarSuffix)
	}
	return slices.DeleteFunc(files, func(f string) bool { return f == "" })
}
