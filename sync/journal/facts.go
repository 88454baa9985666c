package journal

import (
	"cmp"
	"path"
	"slices"
	"strings"
	"time"

	"usersync/sync/address"
	"usersync/sync/user"
)

// Format is the version of the file that this package writes, and the only one it
// reads.
const Format = 1

// Header describes the run. It is the first frame.
type Header struct {
	Format  int       `json:"format"` // set by Create
	Run     string    `json:"run"`
	Version string    `json:"version,omitempty"` // of usersync
	Started time.Time `json:"started"`
	Scope   Scope     `json:"scope"`
	// ConfigSHA256 and MappingSHA256 show whether a resume would plan the same.
	ConfigSHA256  string `json:"config_sha256,omitempty"`
	MappingSHA256 string `json:"mapping_sha256,omitempty"`
	Mode          string `json:"mode"`
	// Args is the command line of the run, with settings from the environment as
	// flags. It holds no secrets: they are never flags.
	Args   []string `json:"args,omitempty"`
	Inputs []Input  `json:"inputs,omitempty"`
	// Sandbox says that the users went to the built-in sandbox, which ended with
	// the run.
	Sandbox bool `json:"rehearsal,omitempty"`
	// Plan is the plan that is applied; nil if the run makes its own.
	Plan *Plan `json:"plan,omitempty"`
	Retry
	Registered
	Durability
}

// Retry says which rejects of an earlier run are the input.
type Retry struct {
	// Retried is the run whose rejects are the input; empty for other input.
	Retried string `json:"retried,omitempty"`
	// Groups are the keys of the error groups that are sent; empty: all are.
	Groups []string `json:"retried_groups,omitempty"`
	// SettledBy are later runs, the oldest first, that have read those rejects. What they
	// settled is not sent.
	SettledBy []string `json:"retried_settled_by,omitempty"`
}

// Same reports whether two runs leave out the same rejects of their input.
func (r Retry) Same(other Retry) bool {
	return slices.Equal(r.Groups, other.Groups) && slices.Equal(r.SettledBy, other.SettledBy)
}

// Registered says which ledger knows the run.
type Registered struct {
	// Ledger identifies the ledger that the run writes to; empty if there is none.
	Ledger string `json:"ledger,omitempty"`
	// RowKey keys the hashes of rows where no ledger does; empty otherwise.
	RowKey string `json:"row_key,omitempty"`
	// IndexKey keys the run's index, which is kept apart from it; empty in the journals
	// of earlier versions, whose runs have no index.
	IndexKey string `json:"index_key,omitempty"`
	// PseudonymKey is the key of the ids in results; empty if they are not replaced.
	PseudonymKey string `json:"pseudonym_key,omitempty"`
	// Order is the run's place in the order of that ledger's runs; 0 if it has none.
	Order int64 `json:"order,omitempty"`
}

// Durability says which calls are synced to disk before they are made.
type Durability struct {
	// Unsafe lists the ops that must not be repeated once they may have been
	// taken: their frames are synced one by one.
	Unsafe []user.Op `json:"unsafe,omitempty"`
	// Synced says that frames of every op are synced, so that even after a power
	// loss the journal lists every user that was sent.
	Synced bool `json:"synced,omitempty"`
}

// ReadsStdin reports whether part of the input comes from standard input. Only a
// person knows whether the same bytes will come from there again.
func (h Header) ReadsStdin() bool {
	return slices.ContainsFunc(h.Inputs, func(i Input) bool { return i.Path == "-" })
}

// Plan is a plan file that a run applies.
type Plan struct {
	Path       string `json:"path"` // as given
	SHA256     string `json:"sha256"`
	ApprovedBy string `json:"approved_by,omitempty"`
}

// Digest returns the plan's SHA-256; "" if p is nil.
func (p *Plan) Digest() string {
	if p == nil {
		return ""
	}
	return p.SHA256
}

// Scope identifies what the users are sent to: a destination, its base URL and an
// account there, and within these a feed.
type Scope struct {
	Destination string `json:"destination"`
	Host        string `json:"host,omitempty"`
	// BaseURL is in the one spelling that identity.BaseURL gives it. It is empty in
	// the journals of earlier versions, which kept the host alone.
	BaseURL string `json:"base_url,omitempty"`
	Account string `json:"account,omitempty"`
	Feed    string `json:"feed,omitempty"`
}

// Same reports whether two scopes are the same account of the same API, whatever
// their feeds. Where one of them lacks its base URL, hosts are compared: it cannot be
// known that they are two.
func (s Scope) Same(other Scope) bool {
	if s.Destination != other.Destination {
		return false
	}
	if s.BaseURL != "" && other.BaseURL != "" {
		return s.BaseURL == other.BaseURL && s.Account == other.Account
	}
	scheme, _, _ := strings.Cut(cmp.Or(s.BaseURL, other.BaseURL), "://")
	return sameHost(scheme, s.Host, other.Host) && sameAccount(s.Account, other.Account)
}

// sameHost compares hosts that earlier versions kept as they were spelled.
func sameHost(scheme, a, b string) bool {
	if a == b || scheme == "" {
		return a == b
	}
	one, err := address.BaseURL(scheme + "://" + a)
	if err != nil {
		return false
	}
	other, err := address.BaseURL(scheme + "://" + b)
	return err == nil && one == other
}

// sameAccount compares accounts. Those of SCIM are paths, which earlier versions kept
// as they were spelled.
func sameAccount(a, b string) bool {
	paths := strings.HasPrefix(a, "/") && strings.HasPrefix(b, "/")
	return a == b || paths && path.Clean(a) == path.Clean(b)
}

// Input is one input file.
type Input struct {
	Path   string `json:"path"` // as given; - is standard input
	Format string `json:"format,omitempty"`
	// Size, in bytes, and Modified distinguish the versions of a file.
	Size     int64     `json:"size,omitempty"`
	Modified time.Time `json:"modified,omitzero"`
	// Version is how the place of a URL calls the version that was read: a version of a bucket, a
	// generation, or an entity tag.
	Version string `json:"version,omitempty"`
}

// SameVersion reports whether in and other are the same version of the same file.
// It is false for anything but a regular file or an object with a version: a pipe may yield
// other bytes.
func (in Input) SameVersion(other Input) bool {
	if in.Path != other.Path || in.Format != other.Format || in.Version != other.Version || in.Size != other.Size {
		return false
	}
	return in.Version != "" || !in.Modified.IsZero() && in.Modified.Equal(other.Modified)
}

// Checkpoint says that everything up to a record is on disk.
type Checkpoint struct {
	Record int       `json:"record"` // the last one; 0 if there is none
	At     time.Time `json:"at"`
	// Results and Rejects are the sizes of the files, in bytes.
	Results int64 `json:"results"`
	Rejects int64 `json:"rejects"`
	// InputBytes and InputSHA256 describe the decompressed input up to the end of
	// Record.
	InputBytes  int64  `json:"input_bytes"`
	InputSHA256 string `json:"input_sha256,omitempty"`
	// Outcomes counts the records up to Record.
	Outcomes map[user.Status]int `json:"outcomes,omitempty"`
	// Noted are the records up to Record that the summary names.
	Noted user.Noted `json:"noted,omitzero"`
}

// State says how a run ended.
type State string

// The states.
const (
	// Finished: every record has its outcome.
	Finished State = "finished"
	// Stopped: the run can be resumed.
	Stopped State = "stopped"
	// Absorbed: another run took over what this one had done.
	Absorbed State = "taken_up"
)

// End says how a run ended. A run without one was killed.
type End struct {
	At       time.Time `json:"at"`
	State    State     `json:"state"`
	ExitCode int       `json:"exit_code"`
	By       string    `json:"by,omitempty"` // the run that absorbed this one
}

// Resumed says that the run was resumed here.
type Resumed struct {
	At   time.Time `json:"at"`
	Args []string  `json:"args,omitempty"` // masked
}

// Sent is a record that was about to be sent.
type Sent struct {
	Record int
	ID     string
	Hash   uint64  // of the row; 0 if it is not known
	Op     user.Op // notSent if the frame takes an earlier one back
	Batch  int
}

// notSent in place of an op says that the records were not sent after all.
const notSent user.Op = ""

// untaken in place of the batch of records that were not sent after all says that no
// call at all can have delivered them. Otherwise only a create was not made.
const untaken = 1
