package config

// Environment is where values may come from that are not files. Its functions may
// be called from several goroutines.
type Environment struct {
	Lookup  func(name string) (value string, ok bool)
	Environ func() []string // NAME=value
}
