package frame

import "bytes"

// tightened returns a line whose quotes have blanks around them or an equals sign in
// front of them ("a", "b" or ="00123") as CSV has it, without these; nil if a quote
// remains that CSV does not allow.
func (d Dialect) tightened(line []byte) []byte {
	if d.Escape != 0 {
		return nil
	}
	delimiter := []byte(d.Delimiter)
	end := len(bytes.TrimRight(line, "\r\n"))
	rest, out := line[:end], make([]byte, 0, len(line))
	for {
		cell, after, ok := looseCell(rest, delimiter)
		if !ok {
			return nil
		}
		out = append(out, cell...)
		if len(after) == 0 {
			return append(out, line[end:]...)
		}
		out = append(out, delimiter...)
		if rest = after[len(delimiter):]; len(rest) == 0 {
			return append(out, line[end:]...)
		}
	}
}

// looseCell returns the first cell of a line, and what follows it: nothing, or a delimiter
// and more.
func looseCell(rest, delimiter []byte) (cell, after []byte, ok bool) {
	blanks := " \t"
	if bytes.ContainsAny(delimiter, blanks) {
		blanks = " "
	}
	inner := bytes.TrimPrefix(bytes.TrimLeft(rest, blanks), []byte{'='})
	if len(inner) == 0 || inner[0] != '"' {
		i := bytes.Index(rest, delimiter)
		if i < 0 {
			i = len(rest)
		}
		return rest[:i], rest[i:], bytes.IndexByte(rest[:i], '"') < 0
	}
	at := 1
	for ; ; at += 2 {
		i := bytes.IndexByte(inner[at:], '"')
		if i < 0 {
			return nil, nil, false
		}
		if at += i; at+1 == len(inner) || inner[at+1] != '"' {
			break
		}
	}
	after = bytes.TrimLeft(inner[at+1:], blanks)
	return inner[:at+1], after, len(after) == 0 || bytes.HasPrefix(after, delimiter)
}
