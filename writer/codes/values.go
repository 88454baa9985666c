package codes

// values are codes of values that break a rule which holds for every API.
func values() Group {
	return Group{"Values", "The row is `invalid`. `detail` names the column and the rule. `checks: drop` or `checks: warn` changes what happens to a bad value that is optional.", []Entry{
		{"bad_email", "The value is not exactly one e-mail address.", "Correct the cell.", Fix},
		{"bad_phone", "The value is not a phone number in E.164 form.", "Map it with `e164(COLUMN, \"US\")`, or correct the cell.", Fix},
		{"bad_date", "The value is not a date of the form that is expected.", "Name the form of the file: `date(COLUMN, \"MM/DD/YYYY\", \"YYYY-MM-DD\")`.", Fix},
		{"bad_year", "The value is not a year of four digits from 1900 to this year.", "Map a date with `date(COLUMN, \"MM/DD/YYYY\", \"YYYY\")`.", Fix},
		{"bad_zip", "The value is not a postcode.", "Check whether a spreadsheet removed a zero at the beginning.", Fix},
		{"bad_boolean", "The value is neither true nor false.", "Write true or false, or map the words with an expression.", Fix},
		{"bad_number", "The value is not a number.", "Correct the cell.", Fix},
		{"bad_list", "The value is not a list.", "Write `[\"a\", \"b\"]`, or use `split` in the mapping.", Fix},
		{"bad_object", "The value is not an object.", "Write it as `{...}`.", Fix},
		{"bad_text", "The value is not a plain text, or is blank where the API takes no blank.", "Correct the cell. Of a list, take one element in an expression.", Fix},
		{"bad_*", "The value of the field after `bad_` breaks a rule: a pattern of the config, or a rule of the API.", "Read `detail`, and correct the cell.", Fix},
	}}
}

// fields are codes about the fields of a row as a whole.
func fields() Group {
	return Group{"Fields", "The row, or every row, has a field too few or too many for the API.", []Entry{
		{"missing_field", "The API requires this field, and the row has no value for it.", "Fill the column, or map another one to the field.", Fix},
		{"missing_column", "The API requires this field, and the input has no column for it.", "Map a column to the field, or give it a `value:` under `fields:`.", Fix},
		{"unsupported_field", "The API has no such attribute.", "List the column under `ignore:`.", Fix},
		{"cannot_clear", "The API has no documented way to clear this attribute.", "Remove `empty: clear` from its mapping.", Fix},
		{"nothing_to_send", "The id is the only value of the row, so there is nothing to update.", "Fill another column.", Fix},
		{"nothing_to_update", "The row has nothing that an update could send.", "Fill another column, or remove the row.", Fix},
	}}
}

// mapped are codes of expressions.
func mapped() Group {
	return Group{"Expressions", "An `expr:` of the mapping gave no value for this row ([expressions.md](expressions.md)).", []Entry{
		{"expression", "The expression cannot be computed from this row, or its result has no JSON form.", "Try it on the row with `usersync validate`. `COLUMN == \"\" ? \"\" : ...` leaves blank cells out.", Fix},
		{"not_text", "The value must be a single text, and is a list or an object.", "Take one element in the expression, such as `COLUMN[0]`.", Fix},
		{"too_much", "The result of the expression is larger than 1 MiB.", "Make the expression shorter, or the cell.", Fix},
	}}
}
