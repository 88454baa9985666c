package codes

// input are codes of rows that cannot be read.
func input() Group {
	return Group{"Rows that cannot be read", "The row is `invalid`, and reading continues with the next one.", []Entry{
		{"ragged", "The row has more or fewer cells than the header.", "Put a cell that contains the delimiter in quotes. For titles and totals use `header_row`, `comment` or `footer`.", Fix},
		{"bare_quote", "A quote is where none is allowed.", "Put the cell in quotes and double the quotes inside it. For files with backslashes: `escape: backslash`.", Fix},
		{"in_broken_quote", "A quote was opened and not closed, so these lines cannot be told apart. None of them was sent.", "Correct the quote on the first of these lines, and run the lines again.", Fix},
		{"bad_escape", "A backslash is in front of a letter or digit that needs none (`escape: backslash`).", "Double a backslash that is part of the text.", Fix},
		{"invalid_utf8", "The row is not valid UTF-8.", "Name the charset of the file, such as `--charset windows-1252`.", Fix},
		{"invalid_charset", "The row holds bytes that are not valid in the charset that was named.", "Name the right `--charset`.", Fix},
		{"nul", "The row holds a NUL character.", "Export the file again. UTF-16 without a byte order mark needs `--charset utf-16le`.", Fix},
		{"too_long", "The row is longer than a row may be. Usually a quote was opened and not closed.", "Correct the quote, or split the row.", Fix},
		{"bad_json", "The line is not one valid JSON value.", "Write each user as one `{...}` on one line.", Fix},
		{"not_object", "The JSON value is not an object.", "Write each user as `{...}`.", Fix},
		{"duplicate_key", "A key appears twice in the JSON object, so it is unclear which value counts.", "Remove one of them.", Fix},
		{"torn", "The row is the last line of a file of deletions and has no newline, so the id may have been cut.", "Export the file again. If it is whole: `--trust-eof`, or an expected hash.", Fix},
		{"unparsed", "The cell `_usersync_raw` of a reject does not hold one row of the columns after it.", "Correct the text in `_usersync_raw`, or empty it and fill the columns.", Fix},
		{"replaced", "A reject holds U+FFFD where bytes could not be read.", "Correct the characters and run the file again.", Fix},
		{"erased", "The person was erased from this file, so there is nothing to send.", "Nothing. If the user is to exist again, take the row from its source.", Fix},
		{"id_changed", "The id of a reject is not the id that was rejected.", "Restore the id. If you mean another user, empty `_usersync_run` in that row.", Fix},
		{"masked", "The cell holds *** in place of a secret, as rejects do.", "Use `usersync retry`, which reads the secret from the original input, or fill in the value.", Fix},
		{"bad_op", "The operation of the row is blank, unknown, or cannot be computed.", "Correct the cell, or add the word to the map of `op_column`.", Fix},
		{"unknown_column", "A rule of the mapping names a column that the row does not have.", "Correct the name under `fields:`.", Fix},
		{"too_many_columns", "The record has a key that no record before it had, and there are 10,000 columns already.", "If keys are data, such as numbers of orders, map the columns that you need under `fields:`.", Fix},
	}}
}

// ids are codes of texts that are not ids.
func ids() Group {
	return Group{"Ids", "The row is `invalid`, because its id cannot be one. In mirror mode such a row blocks deletions.", []Entry{
		{"no_id", "The id is empty.", "Fill in the id, or map another column to `id`.", Fix},
		{"missing_id", "The key by which the API knows the user is empty.", "Fill in the id, or map another column to `id`.", Fix},
		{"pseudonym", "The id is a pseudonym, which results hold in place of an id with `redact_ids`.", "Use rejects, which hold the row as it was read, or the original input.", Fix},
		{"header_again", "The row holds names of columns: it is a header inside the file, such as one of a file that was joined to another; or, if its columns are in another order, the row is below it.", "Remove the line, or split the file there.", Fix},
		{"bad_id", "The id holds characters that an id cannot hold, or that cannot be seen.", "Correct the id, or make one with an expression.", Fix},
		{"null_id", "The id is a word for a missing value, such as `NULL` or `#N/A`, or what a row of totals or a comment begins with, such as `Total` or `# `.", "Fill in the id. For a row of totals: `footer`; for comments: `comment`. If such a word really is an id: `null_ids`.", Fix},
		{"damaged_id", "The id is a number that a spreadsheet rounded, such as `1.23E+15`, has lost a character, or is in quotes that are not those of CSV, such as `“4711”`.", "Export the column again, as text, in UTF-8 and with plain quotes. If such numbers are ids: `scientific_ids: true`; if ids are in such quotes: `null_ids`.", Fix},
		{"changed_number", "The id is a number that the workbook shows differently, so it is unclear which of the two is the id.", "Format the column as text or as whole numbers, check its ids, and save the workbook again.", Fix},
		{"bad_remote", "The API's key of the user cannot be part of an address.", "Correct the column that is mapped to `remote_id`.", Fix},
	}}
}
