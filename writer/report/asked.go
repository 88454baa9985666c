package report

// Configured is how the run was configured.
type Configured struct {
	// Configuration of the run.
	Config *Config `json:"config,omitempty"`
	// Settings that were set, and those of the destination; the others had their defaults.
	Settings []Setting `json:"settings,omitempty"`
	// Guards with a limit, and how close each came to stopping the run.
	Guards []Guard `json:"guards,omitempty"`
}

// Setting is a setting that was in force.
type Setting struct {
	// Key of the config file.
	Key string `json:"key"`
	// Its value. Secrets are masked; env:NAME and file:PATH are written like that.
	Value string `json:"value"`
	// Where it was set: a flag, a variable, a file or a default.
	From string `json:"from"`
}

// The units of what guards measure.
const (
	Users   = "users"
	Records = "records"
	Seconds = "seconds"
)

// Guard is what could have stopped the run, and how close it came to that.
type Guard struct {
	// Setting or rule, such as max_errors.
	Name string `json:"name"`
	// Limit as it was set, such as 10%; absent if it cannot be set.
	Limit string `json:"limit,omitempty"`
	// What was measured.
	Reached float64 `json:"reached"`
	// More than this stops the run; absent if there is no upper limit.
	Most float64 `json:"most,omitempty"`
	// Less than this stops the run; absent if there is no lower limit.
	Least float64 `json:"least,omitempty"`
	// What is measured: users, records or seconds.
	Unit string `json:"unit,omitempty"`
	// The guard stopped the run.
	Stopped bool `json:"stopped,omitempty"`
	// More about it, in words.
	Note string `json:"note,omitempty"`
}
