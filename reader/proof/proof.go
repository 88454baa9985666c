// Package proof holds what can show that a file was not cut: a SHA-256 that was
// expected, the sidecar that sha256sum writes, a trailer that holds the number of
// records, and what the format itself shows.
//
// It reads no records: package reader puts the proofs of a file together. Start at
// Proof.
package proof

// Proof says how a file of the input was proved to be whole.
type Proof struct {
	File string
	By   Kind
}

// Kind is a way to prove that a file was not cut.
type Kind string

// The proofs, those that somebody asked for first.
const (
	// Unproved is a file of which nothing proves that it was not cut.
	Unproved        Kind = ""
	ByExpectSHA256  Kind = "expect_sha256"
	BySidecar       Kind = "sidecar"
	ByExpectRecords Kind = "expect_records"
	ByTrailer       Kind = "trailer"
	// ByJSONArray: the closing bracket was seen, and only white space behind it.
	ByJSONArray Kind = "json_array"
	// ByGzip: exactly one member, whose CRC-32 and length held, and nothing
	// behind it. A file of several may have been cut between two of them. It is
	// the weakest proof, as ByZstd is: cut right behind the first member, a file
	// of several looks like one that never had more.
	ByGzip Kind = "gzip"
	// ByZstd: exactly one frame with a content checksum, which held, and nothing
	// before or behind it.
	ByZstd Kind = "zstd"
)
