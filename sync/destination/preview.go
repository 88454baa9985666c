package destination

// Preview is a request as a person may see it: what it holds of a user and of
// credentials is masked.
type Preview struct {
	Method  string   `json:"method"`
	URL     string   `json:"url"`
	Headers []string `json:"headers"` // Name: value
	Body    string   `json:"body,omitempty"`
}
