// Package proof holds what can show that a file is complete: an expected SHA-256, the sidecar
// that sha256sum writes, a trailer with the number of records, and what the format itself
// shows.
//
// It reads no records: package reader collects the proofs of a file. Start at Proof.
package proof

// Proof says how a file of the input was proved complete.
type Proof struct {
	File string
	By   Kind
}

// Kind is a way to prove that a file is complete.
type Kind string

// The proofs, those that you asked for first.
const (
	// Unproven means that nothing proves that the file was not truncated.
	Unproven        Kind = ""
	ByExpectSHA256  Kind = "expect_sha256"
	BySidecar       Kind = "sidecar"
	ByExpectRecords Kind = "expect_records"
	ByTrailer       Kind = "trailer"
	// ByJSONArray: the closing bracket was read, and only white space after it.
	ByJSONArray Kind = "json_array"
	// ByGzip: exactly one member, with the right CRC-32 and length, and nothing after it.
	// A file with several may have been truncated between two of them. Like ByZstd it is
	// the weakest proof: truncated right after the first member, such a file looks like one
	// that never had more.
	ByGzip Kind = "gzip"
	// ByZstd: exactly one frame with the right content checksum, and nothing before or
	// after it.
	ByZstd Kind = "zstd"
)
