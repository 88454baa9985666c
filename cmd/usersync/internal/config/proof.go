package config

import (
	"errors"
	"slices"
	"strconv"
	"time"

	"usersync/cmd/usersync/internal/quantity"
	"usersync/cmd/usersync/internal/setting"
	"usersync/reader/proof"
)

// Proof says how to prove that an input is complete, as typed.
type Proof struct {
	Records, SHA256, Trailer string
	TrustEOF                 bool
	MinAge                   time.Duration
	WaitForInput             time.Duration // 0: not at all
	// Read is what is expected, after the files named above were read; nil before.
	Read *Expected
}

// Expected is what must be true of the whole input.
type Expected struct {
	Records int    // 0: any number
	SHA256  string // empty: any
}

// settings declares what can prove that an input is complete.
func (p *Proof) settings() []setting.Setting {
	return []setting.Setting{
		{Key: "expect_records", Group: setting.GroupInput, Flag: "expect-records", Kind: setting.Path, Value: "N|FILE", Keyword: NoExpectation, Literal: isNumber,
			OneInput: true, Commands: setting.BetweenParts,
			Use: "number of records the input must have, or a file that holds it; none turns the check off",
			Set: setting.Into(&p.Records, parseExpectedRecords), Text: func() string { return p.Records }},
		{Key: "expect_sha256", Group: setting.GroupInput, Flag: "expect-sha256", Kind: setting.Path, Value: "HEX|FILE", Keyword: NoExpectation, Literal: proof.IsSHA256,
			OneInput: true, Commands: setting.BetweenParts,
			Use: "SHA-256 that the input file must have as stored, or a file that sha256sum wrote; for one file only; none turns the check off",
			Set: setting.Into(&p.SHA256, parseExpectedSHA256), Text: func() string { return p.SHA256 }},
		{Key: "trailer", Group: setting.GroupInput, Flag: "trailer", Value: "WORD", Identifies: setting.FeedIdentity,
			Use: "first cell of the last row of each CSV file, if that row is a trailer; another cell of it must hold the record count",
			Set: setting.IntoString(&p.Trailer)},
		{Key: "trust_eof", Group: setting.GroupInput, Flag: "trust-eof", Kind: setting.Bool, Default: "false", Commands: setting.BetweenParts,
			Use: "accept a file as complete although nothing proves that it was not truncated",
			Set: setting.IntoBool(&p.TrustEOF)},
		{Key: "min_age", Group: setting.GroupInput, Flag: "min-age", Value: "TIME", Commands: setting.BetweenParts, Added: true,
			Use: "refuse an input file that was modified less than this long ago, since the job that writes it may still be running",
			Set: setting.Into(&p.MinAge, quantity.ParseDuration)},
		{Key: "wait_for_input", Group: setting.GroupInput, Flag: "wait-for-input", Value: "TIME", Added: true,
			Use: "wait up to this long for input files, and files that say what to expect, that are missing or younger than min_age; validate and plan do not wait",
			Set: setting.Into(&p.WaitForInput, quantity.ParseDuration)},
	}
}

// NoExpectation turns off, for one command, what the config expects.
const NoExpectation = "none"

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

// ExpectNothing is for an input other than the one the settings are about.
func (p *Proof) ExpectNothing() { p.Read = &Expected{} }

// files are the files with expectations that a run of the paths may read.
func (p *Proof) files(paths []string) []string {
	files := p.Named()
	for _, path := range paths {
		files = append(files, path+proof.SidecarSuffix)
	}
	return files
}

// Named are the files that say what to expect of the input.
func (p *Proof) Named() []string {
	var files []string
	if p.Records != NoExpectation && !isNumber(p.Records) {
		files = append(files, p.Records)
	}
	if p.SHA256 != NoExpectation && !proof.IsSHA256(p.SHA256) {
		files = append(files, p.SHA256)
	}
	return slices.DeleteFunc(files, func(f string) bool { return f == "" })
}
