package config

import (
	"errors"
	"slices"
	"strconv"

	"usersync/reader/proof"
)

// Proof is what was set about how an input is proved to be whole, as it was typed.
type Proof struct {
	Records, SHA256, Trailer string
	TrustEOF                 bool
	// Read is what is expected once the files were read that these name; nil before.
	Read *Expected
}

// Expected is what must hold of the input as a whole.
type Expected struct {
	Records int    // 0: any number
	SHA256  string // empty: any
}

// settings are what can be set about how an input is proved to be whole.
func (p *Proof) settings() []Setting {
	return []Setting{
		{Key: "expect_records", Flag: "expect-records", Kind: Path, Value: "N|FILE", Keyword: NoExpectation, Literal: isNumber,
			OneInput: true, Commands: BetweenParts,
			Use: "how many records the input must have, or a file that holds the number; none takes any",
			Set: Into(&p.Records, parseExpectedRecords), Text: func() string { return p.Records }},
		{Key: "expect_sha256", Flag: "expect-sha256", Kind: Path, Value: "HEX|FILE", Keyword: NoExpectation, Literal: proof.IsSHA256,
			OneInput: true, Commands: BetweenParts,
			Use: "the SHA-256 that the one input file must have, as it lies there, or a file with the line that sha256sum wrote; none takes any",
			Set: Into(&p.SHA256, parseExpectedSHA256), Text: func() string { return p.SHA256 }},
		{Key: "trailer", Flag: "trailer", Value: "WORD", Identifies: FeedIdentity,
			Use: "the first cell of the last row of each CSV file, which is no user and holds the number of its records in another cell",
			Set: IntoString(&p.Trailer)},
		{Key: "trust_eof", Flag: "trust-eof", Kind: Bool, Default: "false", Commands: BetweenParts,
			Use: "take the end of a file for the end of the users, though nothing proves that it was not cut",
			Set: IntoBool(&p.TrustEOF)},
	}
}

// NoExpectation is for one command where the config expects something.
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

// Spare expects nothing of this input, which is another than the settings mean.
func (p *Proof) ExpectNothing() { p.Read = &Expected{} }

// files are those that a run of the paths may read about them.
func (p *Proof) files(paths []string) []string {
	var files []string
	if p.Records != NoExpectation && !isNumber(p.Records) {
		files = append(files, p.Records)
	}
	if p.SHA256 != NoExpectation && !proof.IsSHA256(p.SHA256) {
		files = append(files, p.SHA256)
	}
	for _, path := range paths {
		files = append(files, path+proof.SidecarSuffix)
	}
	return slices.DeleteFunc(files, func(f string) bool { return f == "" })
}
