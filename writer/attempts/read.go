package attempts

import (
	"bufio"
	"encoding/json"
	"io"
)

// longestLine is far longer than a line of a call with the largest batch.
const longestLine = 1 << 20

// Of returns the attempts for which keep returns true, and how many attempts were left
// out of the log. A line that a kill has cut is skipped.
func Of(r io.Reader, keep func(*Attempt) bool) (all []Attempt, leftOut int, err error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, longestLine)
	for lines.Scan() {
		var line struct {
			Attempt
			LeftOut int `json:"left_out"`
		}
		if json.Unmarshal(lines.Bytes(), &line) != nil {
			continue
		}
		leftOut += line.LeftOut
		if line.Records != "" && keep(&line.Attempt) {
			all = append(all, line.Attempt)
		}
	}
	return all, leftOut, lines.Err()
}

// Erase copies a log, without the request ids of calls that carried a record of a person who
// is forgotten. It returns how many it removed.
func Erase(to io.Writer, from io.Reader, mine func(record int) bool) (erased int, err error) {
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, longestLine)
	for lines.Scan() {
		line := lines.Bytes()
		var a Attempt
		if json.Unmarshal(line, &a) == nil && a.RequestID != "" && a.hasAny(mine) {
			a.RequestID = ""
			erased++
			if line, err = json.Marshal(&a); err != nil {
				return erased, err
			}
		}
		if _, err := to.Write(append(line, '\n')); err != nil {
			return erased, err
		}
	}
	return erased, lines.Err()
}

// EraseLines copies lines that name the records of a call as an Attempt does, and leaves out
// those of calls that carried a record of a person who is forgotten. A line that a kill has cut
// is left out too.
func EraseLines(to io.Writer, from io.Reader, mine func(record int) bool) error {
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, longestLine)
	for lines.Scan() {
		line := lines.Bytes()
		var a struct {
			Records string `json:"records"`
		}
		call := Attempt{}
		if json.Unmarshal(line, &a) != nil {
			continue
		}
		if call.Records = a.Records; call.hasAny(mine) {
			continue
		}
		if _, err := to.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return lines.Err()
}

// hasAny reports whether the call carried a record for which mine returns true.
func (a *Attempt) hasAny(mine func(record int) bool) bool {
	for first, last := range a.ranges() {
		for n := first; n <= last; n++ {
			if mine(n) {
				return true
			}
		}
	}
	return false
}
