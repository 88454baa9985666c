// Package identity holds the rules by which one user is told from another: which text
// is an id, and which two ids look alike.
//
// It knows neither the ledger nor a file format. What depends on the ids that the
// ledger holds is a Class of the answer, and the caller decides. Every function
// is pure and safe for concurrent use.
//
// Start with Clean, which every text goes through before it is an id, then
// Policy.Check. Two ids with one Fold look alike; Difference says in words how
// they differ.
//
// No result holds a part of the text that was examined, except those of Clean and
// Fold, which are that text in another spelling. Shape shows a text
// with its letters and digits masked.
package identity
