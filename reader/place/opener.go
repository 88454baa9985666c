package place

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"time"

	"usersync/sync/user"
)

// Credentials are what an Opener may show to a server, besides what the clouds' own variables
// and files say. The zero value has none.
type Credentials struct {
	Token      user.Secret // sent to https servers as a bearer token
	Key        user.Secret // the text of a private key for sftp
	Password   user.Secret // for sftp
	KnownHosts string      // the file with the keys of sftp servers; empty: ~/.ssh/known_hosts
}

// Opener opens objects by URL, each always in the version that it was first opened in. It is
// safe for concurrent use. The methods of a nil Opener know no secret and open nothing.
type Opener struct {
	// Stores returns the store for a scheme; an error is a *Error.
	Stores func(scheme string, c Credentials) (Store, error)
	// Wait is how long to wait before a try, from 1; nil: half a second and up to 15 seconds.
	Wait func(try int) time.Duration
	// Stalled is after how long without a byte a connection counts as lost; 0: a minute.
	Stalled time.Duration

	mu          sync.Mutex
	credentials Credentials
	stores      map[string]Store
	given       map[string]string  // as shown, by text as given
	secret      map[string]URL     // with queries and passwords, by URL as shown
	pins        map[string]Version // by URL as shown
}

// Use sets the credentials for places that are opened from now on.
func (o *Opener) Use(c Credentials) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.credentials, o.stores = c, nil
}

// Add takes the query and the password out of a URL, keeps them for when it is opened, and
// returns what may be shown and stored. It does not change a local path, and makes one of a
// URL of the scheme file.
func (o *Opener) Add(text string) string {
	if local, ok := Local(text); ok {
		return local
	}
	if !Is(text) {
		return text
	}
	u := parse(text)
	shown := u.String()
	if o == nil {
		return shown
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	put(&o.given, text, shown)
	if u.Query != "" || u.hasPassword() {
		put(&o.secret, shown, u)
	}
	return shown
}

// AddAll is Add for several texts.
func (o *Opener) AddAll(texts []string) []string {
	shown := make([]string, len(texts))
	for i, text := range texts {
		shown[i] = o.Add(text)
	}
	return shown
}

// put adds an entry to a map, which it makes if it has to.
func put[K comparable, V any](m *map[K]V, k K, v V) {
	if *m == nil {
		*m = map[K]V{}
	}
	(*m)[k] = v
}

// Shown returns texts with each URL that was added as it may be shown.
func (o *Opener) Shown(texts []string) []string {
	if o == nil {
		return texts
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	texts = slices.Clone(texts)
	for i, text := range texts {
		if shown, ok := o.given[text]; ok {
			texts[i] = shown
		}
	}
	return texts
}

// Pin makes the next Open of a URL open that version, and no other.
func (o *Opener) Pin(shown string, v Version) {
	if o == nil {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	put(&o.pins, shown, v)
}

// url is what was added as shown, and the version that is pinned.
func (o *Opener) url(shown string) (u URL, pinned Version, isPinned bool) {
	if o == nil {
		return parse(shown), Version{}, false
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	u, ok := o.secret[shown]
	if !ok {
		u = parse(shown)
	}
	pinned, isPinned = o.pins[shown]
	return u, pinned, isPinned
}

// store returns the store for a URL that was checked.
func (o *Opener) store(u URL) (Store, error) {
	if o == nil || o.Stores == nil {
		return nil, &Error{Kind: Misused, Rule: "is a URL, which this command does not read", Hint: "name a local file"}
	}
	if u.hasPassword() {
		return nil, &Error{Kind: Misused, Rule: "has a user or a password in its URL", Hint: "take it out; set https_token, sftp_password or sftp_key to env:NAME or file:PATH in the config"}
	}
	if u.Host == "" {
		return nil, &Error{Kind: Misused, Rule: "is a URL without a server or bucket", Hint: "write it like s3://bucket/users.csv or https://host/users.csv"}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if s := o.stores[u.Scheme]; s != nil {
		return s, nil
	}
	s, err := o.Stores(u.Scheme, o.credentials)
	if err == nil {
		put(&o.stores, u.Scheme, s)
	}
	return s, err
}

// Open opens an object in the version that it was first opened in. An error is a *Error, or that
// of ctx. ctx also ends what reads from it.
func (o *Opener) Open(ctx context.Context, shown string) (*Reader, error) {
	u, pinned, isPinned := o.url(shown)
	s, err := o.store(u)
	if err != nil {
		return nil, err
	}
	if isPinned && !pinned.Known() {
		return nil, &Error{Kind: Misused, Rule: "can be read only once: its server gives it neither an entity tag nor a date", Hint: "fetch it to a local file first"}
	}
	object, err := ask(ctx, o, func() (Object, error) { return s.Open(ctx, u, pinned.ID) })
	if err != nil {
		return nil, err
	}
	if isPinned && !object.Version().Same(pinned) {
		return nil, errors.Join(Replaced(nil), object.Close())
	}
	o.Pin(shown, object.Version())
	return newReader(ctx, o, object), nil
}

// Version is the version in which a URL was opened first; false if it was not opened.
func (o *Opener) Version(shown string) (Version, bool) {
	_, v, ok := o.url(shown)
	return v, ok
}

// Alike reports whether URLs were added that are shown alike and differ in what is not shown. Only
// the one that was added last can be opened.
func (o *Opener) Alike(shown string) bool {
	if o == nil {
		return false
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for text, s := range o.given {
		if s == shown && parse(text).Query != o.secret[shown].Query {
			return true
		}
	}
	return false
}

// Secret reports whether the URL was added with a query, which may be a signature.
func (o *Opener) Secret(shown string) bool {
	u, _, _ := o.url(shown)
	return u.Query != ""
}

// Stat returns the version that an object has now, and does not pin it.
func (o *Opener) Stat(ctx context.Context, shown string) (Version, error) {
	u, _, _ := o.url(shown)
	s, err := o.store(u)
	if err != nil {
		return Version{}, err
	}
	object, err := ask(ctx, o, func() (Object, error) { return s.Open(ctx, u, "") })
	if err != nil {
		return Version{}, err
	}
	return object.Version(), object.Close()
}

// Check returns an error if nothing at a URL could be opened from this program. It asks no server.
func (o *Opener) Check(shown string) error {
	u, _, _ := o.url(shown)
	_, err := o.store(u)
	return err
}

// Short reads an object of at most limit bytes, and does not pin its version.
func (o *Opener) Short(ctx context.Context, shown string, limit int64) (text []byte, err error) {
	u, _, _ := o.url(shown)
	s, err := o.store(u)
	if err != nil {
		return nil, err
	}
	object, err := ask(ctx, o, func() (Object, error) { return s.Open(ctx, u, "") })
	if err != nil {
		return nil, err
	}
	r := newReader(ctx, o, object)
	text, err = io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(text)) > limit {
		err = &Error{Kind: Broken, Rule: "is too long"}
	}
	return text, errors.Join(err, r.Close())
}
