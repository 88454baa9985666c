package attested

import "context"

// Memory is what the ledger knows that can prove the absence of a user. It is safe for
// concurrent use.
type Memory interface {
	// Others returns up to n users that the API is known to hold, from all over the
	// ledger, without those for which skip returns true.
	Others(ctx context.Context, n int, skip func(id string) bool) ([]Other, error)
	// WasDeleted reports whether the API confirmed to have deleted the user, who was not
	// created again since.
	WasDeleted(ctx context.Context, id string) (bool, error)
	// Knew reports whether the ledger holds the user, or remembers their deletion.
	Knew(ctx context.Context, id string) (bool, error)
}

// Other is a user other than the one in question. Remote is the key that the API
// assigned, if it assigns keys.
type Other struct{ ID, Remote string }

// Absences says what counts as a proof that a user is absent.
type Absences struct {
	Memory    Memory // nil without a ledger
	AcceptAll bool   // take the API's word for every one
	// Doubted says that an earlier part of the run met unproved absences.
	Doubted bool
	// Earlier are the users that an earlier part of the run was deleting and that the
	// ledger does not know yet; true if the API confirmed it.
	Earlier map[string]bool
	// Absorbed are those that a run was deleting which this one absorbs: a further delete
	// of one that was not confirmed was perhaps sent before.
	Absorbed map[string]bool
}
