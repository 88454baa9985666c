package explain

// explainCode returns the meaning of a code; empty if it is the API's own.
func explainCode(string) string { return "" }
