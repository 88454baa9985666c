package source

import "bytes"

// foreignHead is how much of a file tells its format, in bytes.
const foreignHead = 4 << 10

// foreign returns what a file is by its first bytes, if it is of a format that is not read;
// otherwise nothing.
func foreign(head []byte) (rule, hint string) {
	const save, export = "open it in a spreadsheet program and save it as .xlsx or CSV", "export it as CSV or JSON Lines"
	for _, f := range []struct{ magic, rule, hint string }{
		{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "is an old Excel file (.xls) or a workbook with a password, which are not read", "open it in a spreadsheet program and save it as .xlsx without a password, or as CSV"},
		{"PAR1", "is a Parquet file, which is not read", export},
		{"PARE", "is an encrypted Parquet file, which is not read", export},
		{"Obj\x01", "is an Avro file, which is not read", export},
		{"ORC", "is an ORC file, which is not read", export},
		{"ARROW1", "is an Arrow file, which is not read", export},
		{"BZh", "is compressed with bzip2, which is not read", "unpack it: bunzip2 -k FILE; or pack it with gzip or zstd"},
		{"\xfd7zXZ\x00", "is compressed with xz, which is not read", "unpack it: unxz -k FILE; or pack it with gzip or zstd"},
		{"\x04\x22\x4d\x18", "is compressed with lz4, which is not read", "unpack it: unlz4 FILE; or pack it with gzip or zstd"},
		{"7z\xbc\xaf\x27\x1c", "is a 7z archive, which is not read", "unpack it: 7z x FILE; or pack the file with gzip or zstd"},
		{"Rar!\x1a\x07", "is a RAR archive, which is not read", "unpack it, or pack the file with gzip or zstd"},
		{"PK\x05\x06", "is an empty zip archive", "check the job that writes it"},
		{"SQLite format 3\x00", "is a SQLite database, which is not read", "export the table as CSV: sqlite3 -header -csv FILE 'SELECT ...'"},
		{"%PDF-", "is a PDF document, not a list of users", "export the users as CSV"},
		{"\x1f\x8b", "is packed twice, with gzip inside", "unpack it once"},
		{"\x28\xb5\x2f\xfd", "is packed twice, with zstd inside", "unpack it once"},
		{"\x1f\x9d", "is compressed with compress (.Z), which is not read", "unpack it: uncompress FILE; or pack it with gzip or zstd"},
		{"\x00\x01\x00\x00Standard ", "is an Access database, which is not read", "export the table as CSV"},
		{"\xff\xfe\x00\x00", "is UTF-32, which is not read", "save it as UTF-8"},
		{"\x00\x00\xfe\xff", "is UTF-32, which is not read", "save it as UTF-8"},
		{"{\\rtf", "is a text document (RTF), not a list of users", "export the users as CSV"},
	} {
		if !bytes.HasPrefix(head, []byte(f.magic)) || isText(f.magic, head) {
			continue
		}
		return f.rule, f.hint
	}
	if len(head) > 262 && string(head[257:262]) == "ustar" {
		return "is a tar archive, which is not read", "unpack it: tar xf FILE; then name the file that was inside"
	}
	return "", ""
}

// isText reports whether a magic of letters alone begins what may be a text: a header can be
// ORC,email.
func isText(magic string, head []byte) bool {
	return (magic == "ORC" || magic == "PAR1" || magic == "PARE" || magic == "BZh" || magic == "ARROW1") && !bytes.ContainsFunc(head[:min(len(head), 256)], func(r rune) bool {
		return r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0xfffd
	})
}
