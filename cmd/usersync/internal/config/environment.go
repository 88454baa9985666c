package config

// Environment gives access to environment variables. Several goroutines may call
// its functions.
type Environment struct {
	Lookup  func(name string) (value string, ok bool)
	Environ func() []string // NAME=value
}
