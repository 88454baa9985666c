package destination

import "strconv"

// StatusCode is the code of an answer with nothing but a status; 0 means that there
// was no answer.
func StatusCode(status int) string {
	if status == 0 {
		return "error"
	}
	return "http_" + strconv.Itoa(status)
}
