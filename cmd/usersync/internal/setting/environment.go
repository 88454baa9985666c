package setting

import "usersync/reader/place"

// Environment gives access to environment variables. Several goroutines may call
// its functions.
type Environment struct {
	Lookup  func(name string) (value string, ok bool)
	Environ func() []string // NAME=value
	// Places opens the URLs that command line and config name; nil opens none.
	Places *place.Opener
}
