package codes

func forKard() Group {
	return Group{"Kard", "Rules of Kard's API reference.", []Entry{
		{"bad_reward", "`enrolled_rewards` may only hold CARDLINKED.", "Write CARDLINKED, or `[]` to enroll the user in no program.", Fix},
		{"blank_rewards", "`enrolled_rewards` is blank.", "Write CARDLINKED, or `[]` to enroll the user in no program.", Fix},
		{"bad_hash", "The value is not a SHA-256 in 64 lower-case hexadecimal digits.", "Map it with `hashed_email(COLUMN)` from the plain address.", Fix},
	}}
}

func forKonstantly() Group {
	return Group{"Konstantly", "Rules and answers of Konstantly ([konstantly.md](konstantly.md)).", []Entry{
		{"bad_choice", "The value is not one of the choices of this custom attribute.", "Use one of the choices that `detail` lists.", Fix},
		{"bad_epoch", "`deadline_at` is not a number of seconds since 1970.", "Write seconds, such as 1767225600.", Fix},
		{"unknown_attribute", "The site has no custom attribute with this id.", "Write the attribute's API id after `attributes.`, or list the column under `ignore:`.", Fix},
		{"only_on_create", "Konstantly takes this field only for a new user, and this run updates.", "Use `--mode create`, or list the column under `ignore:`.", Fix},
		{"licence_limit", "The site's licence allows no more active users.", "Block users who have left, or ask for more seats. Then run `usersync retry`.", Helps},
		{"error_inside", "The answer is a success with an error inside.", "Run `usersync retry`. If it stays, give the vendor `request_id`.", Decide},
		{"blocked", "The user was blocked, not deleted (`on_absent: block`).", "Nothing.", Settled},
		{"unblocked", "The user was blocked before and is active again.", "Nothing.", Settled},
		{"not_blocked", "The answer to a block shows the user active.", "Run `usersync retry`. If it stays, block the user in Konstantly.", Decide},
		{"still_blocked", "The answer to an activation shows the user blocked.", "Run `usersync retry`. If it stays, unblock the user in Konstantly.", Decide},
	}}
}

func forOnbo() Group {
	return Group{"Onbo", "Rules and answers of Onbo ([onbo.md](onbo.md)).", []Entry{
		{"bad_name", "The name has characters that Onbo's documented pattern does not allow.", "Correct the name, or use `onbo.checks: warn` to send it anyway.", Fix},
		{"too_young", "The date of birth is less than 18 years ago.", "Remove the row: Onbo takes adults only.", Fix},
		{"bad_ssn", "The SSN is not nine digits.", "Correct the cell. A spreadsheet may have removed zeros at the beginning.", Fix},
		{"bad_key", "The SSN cannot be encrypted, because the secret key is not whole.", "Set `onbo.auth.secret_key` to the whole key that Onbo gave you.", Fix},
		{"bad_state", "The state is not one of the United States.", "Write its two letters, such as CA.", Fix},
		{"bad_country", "The country is not the United States.", "Write US, USA or United States, or remove the row.", Fix},
		{"blank_address", "A part of the address is blank.", "Fill it, or leave out the whole address.", Fix},
		{"partial_address", "A part of the address is missing. Onbo takes an address as a whole.", "Fill all parts of the address, or none.", Fix},
		{"no_reports", "The row names a report, and no directory to read reports from is set.", "Set `onbo.reports`.", Fix},
		{"no_report", "The report is not a readable regular file in `onbo.reports`, or changed while it was read.", "Correct the file name in the row, or the file.", Fix},
		{"empty_report", "The report is an empty file.", "Export the report again.", Fix},
		{"large_report", "The report is larger than 8 MiB.", "Make the report smaller.", Fix},
		{"ssn_not_sent", "The user was updated. An update does not carry the SSN; Onbo keeps the one it has.", "Nothing.", Settled},
		{"message", "The status is a success, but the answer holds a message instead of a user.", "Run `usersync retry`. If it stays, find out in Onbo, then `usersync ledger resolve ID`.", Decide},
	}}
}

func forSCIM() Group {
	return Group{"SCIM", "Rules and answers of SCIM servers ([scim.md](scim.md)). Other codes, such as `uniqueness`, are the server's own.", []Entry{
		{"bad_path", "The path of an attribute is not one that SCIM has.", "Write it as `name.givenName`, `emails[type eq \"work\"].value` or `URN:attribute`.", Fix},
		{"same_attribute", "Two columns are mapped to one attribute.", "List one of them under `ignore:`.", Fix},
		{"deactivated", "The user was deactivated, not deleted (`on_absent: deactivate`).", "Nothing.", Settled},
		{"password_not_sent", "The user was updated without the password.", "Nothing. `scim.passwords: always` sends it every time.", Settled},
	}}
}

func forCustom() Group {
	return Group{"Custom APIs", "What the `custom:` section of the config says about rows and answers ([custom.md](custom.md)).", []Entry{
		{"bad_value", "A value cannot be written into the call as the config describes it.", "Correct the cell, or the template of the call.", Fix},
		{"upsert_only", "The config has one call that creates or updates, so modes `create` and `update` are not possible.", "Use `--mode upsert`, or describe two calls.", Fix},
		{"upserted", "The call creates or updates, and the answer does not say which of the two it did.", "Nothing.", Settled},
		{"reactivated", "The user had been deactivated and was let in again by the call `reactivate`.", "Nothing.", Settled},
		{"not_reactivated", "The user exists but is deactivated, and the call `reactivate` did not let them in.", "Run `usersync retry`. If it stays, read `detail` and activate the user in the API.", Helps},
		{"unfit", "A user of the call does not fit its template.", "Run with `--batch-size 1` to see which user it is, and correct the row.", Fix},
		{"too_many", "The call would carry more users than the API takes.", "Nothing: the call is split.", Automatic},
		{"too_many_bytes", "The call would be larger than `max_bytes`.", "Nothing: the call is split.", Automatic},
		{"not_mentioned", "The answer names the users that succeeded, and this one is not among them.", "Run `usersync retry`.", Helps},
		{"misaligned", "The answer lists another number of users than the call had, so its results belong to no one for sure.", "Check `results:` in the config. If the answer names ids, use `key` instead of positions.", Decide},
		{"ambiguous_key", "The answer speaks of a key that two users of the call have.", "Make the key unique: `key` must be what the API knows one user by.", Decide},
		{"other_count", "The answer counts another number of successes than it lists.", "Check `count:` in the config.", Decide},
		{"errors_unread", "The answer is a success that holds errors the config does not read.", "Describe them under `errors:` in the config.", Decide},
	}}
}
