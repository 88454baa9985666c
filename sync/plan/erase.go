package plan

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"usersync/sync/user"
)

// Erase copies the plan to w, and takes the id and the fingerprint out of the lines of one
// user. It returns how many these were. Records and calls still add up, but a plan with an
// erased line cannot be applied: its record no longer matches.
func (p *Plan) Erase(w io.Writer, id string) (lines int, err error) {
	if _, err := p.file.Seek(0, io.SeekStart); err != nil {
		return 0, fmt.Errorf("erase from plan %s: %w", p.Path, err)
	}
	from, to := bufio.NewReader(p.file), &Writer{digest: sha256.New()}
	to.lines = bufio.NewWriter(io.MultiWriter(w, to.digest))
	for n := 0; n <= p.end.Lines; n++ {
		text, err := from.ReadBytes('\n')
		if err != nil {
			return lines, fmt.Errorf("erase from plan %s: %w", p.Path, err)
		}
		l := line{}
		if n > 0 && json.Unmarshal(text, &l) == nil && l.ID == id {
			l.ID, l.Print = user.Erased, ""
			lines++
			err = to.write(l)
		} else {
			_, err = to.lines.Write(text)
		}
		if err != nil {
			return lines, err
		}
	}
	if err := to.lines.Flush(); err != nil {
		return lines, fmt.Errorf("write the plan: %w", err)
	}
	last := p.end
	last.SHA256 = hex.EncodeToString(to.digest.Sum(nil))
	return lines, errors.Join(to.write(last), to.lines.Flush())
}
