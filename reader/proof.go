package reader

import "slices"

// Proof says how a file of the input was proved to be whole.
type Proof struct {
	File string
	By   ProofKind
}

// ProofKind is a way to prove that a file was not cut.
type ProofKind string

// The proofs, those that somebody asked for first.
const (
	// Unproved is a file of which nothing proves that it was not cut.
	Unproved        ProofKind = ""
	ByExpectSHA256  ProofKind = "expect_sha256"
	BySidecar       ProofKind = "sidecar"
	ByExpectRecords ProofKind = "expect_records"
	ByTrailer       ProofKind = "trailer"
	// ByJSONArray: the closing bracket was seen, and only white space behind it.
	ByJSONArray ProofKind = "json_array"
	// ByGzip: exactly one member, whose CRC-32 and length held, and nothing
	// behind it. A file of several may have been cut between two of them. It is
	// the weakest proof, as ByZstd is: cut right behind the first member, a file
	// of several looks like one that never had more.
	ByGzip ProofKind = "gzip"
	// ByZstd: exactly one frame with a content checksum, which held, and nothing
	// before or behind it.
	ByZstd ProofKind = "zstd"
)

// Proofs tells of each path, in order, what proves that it was read whole. It
// is to be asked when Records has ended without an error; before that it knows
// of no proof.
func (in *Input) Proofs() []Proof {
	proofs := slices.Clone(in.proofs)
	for i := range proofs {
		if in.failed || in.finished < len(proofs) {
			proofs[i].By = Unproved
		}
	}
	return proofs
}
