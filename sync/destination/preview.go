package destination

// Preview is a request as you may see it: the user's values and the credentials are
// masked.
type Preview struct {
	Method  string   `json:"method"`
	URL     string   `json:"url"`
	Headers []string `json:"headers"` // Name: value
	Body    string   `json:"body,omitempty"`
}
