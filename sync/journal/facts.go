package journal

import (
	"slices"
	"time"

	"usersync/sync/user"
)

// Format is the version of the file that is written, and the only one read.
const Format = 1

// Header says what the run is. It is the first frame.
type Header struct {
	Format  int       `json:"format"` // set by Create
	Run     string    `json:"run"`
	Version string    `json:"version,omitempty"` // of usersync
	Started time.Time `json:"started"`
	Scope   Scope     `json:"scope"`
	// ConfigSHA256 and MappingSHA256 tell whether a resume would plan the same.
	ConfigSHA256  string `json:"config_sha256,omitempty"`
	MappingSHA256 string `json:"mapping_sha256,omitempty"`
	Mode          string `json:"mode"`
	// Args is the command line of the run, settings of the environment among its
	// flags; no secret is one.
	Args   []string `json:"args,omitempty"`
	Inputs []Input  `json:"inputs,omitempty"`
	// Rehearsal says that the users went to the embedded sandbox, which is gone.
	Rehearsal bool `json:"rehearsal,omitempty"`
	// Retried is the run whose rejects are the input; empty if they are not.
	Retried string `json:"retried,omitempty"`
	// Plan is the plan that is applied; nil where the run plans for itself.
	Plan *Plan `json:"plan,omitempty"`
	Registered
	Durability
}

// Registered says which ledger knows the run.
type Registered struct {
	// Ledger tells the ledger that the run writes to from others; empty if none.
	Ledger string `json:"ledger,omitempty"`
	// Order is the run's place in the order of that ledger's runs; 0 if it has none.
	Order int64 `json:"order,omitempty"`
}

// Durability says which calls are on the disk before they are made.
type Durability struct {
	// Unsafe are the Ops that must not be made again when they were perhaps
	// taken: what is noted of them is brought to the disk each time.
	Unsafe []user.Op `json:"unsafe,omitempty"`
	// Synced says the same of all Ops: after a power loss, too, the journal tells
	// everybody who was sent.
	Synced bool `json:"synced,omitempty"`
}

// ReadsStdin reports whether a part of the input comes from standard input. Only a
// person can tell whether the same comes from there again.
func (h Header) ReadsStdin() bool {
	return slices.ContainsFunc(h.Inputs, func(i Input) bool { return i.Path == "-" })
}

// Plan is a plan file that a run applies.
type Plan struct {
	Path       string `json:"path"` // as given
	SHA256     string `json:"sha256"`
	ApprovedBy string `json:"approved_by,omitempty"`
}

// Digest is the plan's SHA-256; empty where there is no plan.
func (p *Plan) Digest() string {
	if p == nil {
		return ""
	}
	return p.SHA256
}

// Scope is what the users are sent to.
type Scope struct {
	Destination string `json:"destination"`
	Host        string `json:"host,omitempty"`
	Account     string `json:"account,omitempty"`
	Feed        string `json:"feed,omitempty"`
}

// Input is a file that is read, in the order of reading.
type Input struct {
	Path   string `json:"path"` // as given; - is standard input
	Format string `json:"format,omitempty"`
	// Size and Modified tell one version of a file from another.
	Size     int64     `json:"size,omitempty"`
	Modified time.Time `json:"modified,omitzero"`
}

// SameVersion reports whether in and other are the same version of the same file.
// It is false for anything but a regular file: a pipe may yield something new.
func (in Input) SameVersion(other Input) bool {
	return !in.Modified.IsZero() && in.Path == other.Path && in.Format == other.Format && in.Size == other.Size && in.Modified.Equal(other.Modified)
}

// Mark says up to where everything is on the disk.
type Mark struct {
	Record int       `json:"record"` // the last one; 0 if none is
	At     time.Time `json:"at"`
	// Results and Rejects are the sizes of the files, in bytes.
	Results int64 `json:"results"`
	Rejects int64 `json:"rejects"`
	// InputBytes and InputSHA256 are those of the decompressed input, up to the
	// end of Record.
	InputBytes  int64  `json:"input_bytes"`
	InputSHA256 string `json:"input_sha256,omitempty"`
	// Outcomes counts the records up to Record.
	Outcomes map[user.Status]int `json:"outcomes,omitempty"`
}

// State says how a run ended.
type State string

// The states.
const (
	// Finished: every record has its outcome.
	Finished State = "finished"
	// Stopped: the run can be resumed.
	Stopped State = "stopped"
	// TakenUp: another run took over what this one had done.
	TakenUp State = "taken_up"
)

// End says how a run ended. A run without one was killed.
type End struct {
	At       time.Time `json:"at"`
	State    State     `json:"state"`
	ExitCode int       `json:"exit_code"`
	By       string    `json:"by,omitempty"` // the run that took it up
}

// Resumed says that the run goes on behind this frame.
type Resumed struct {
	At   time.Time `json:"at"`
	Args []string  `json:"args,omitempty"` // masked
}

// Sent is a record that was about to be sent.
type Sent struct {
	Record int
	ID     string
	Op     user.Op // takenBack in a frame that says that it was not sent after all
	Batch  int
}

// takenBack stands in the place of a call.
const takenBack user.Op = ""
