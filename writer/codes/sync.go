package codes

// settled are codes of records with which all is well.
func settled() Group {
	return Group{"Settled", "They say how a success is known. There is nothing to do.", []Entry{
		{"replayed", "The user is there with exactly this data, after an earlier attempt of this run that got no answer. Either that attempt created the user, or the user was there before.", "Nothing.", Settled},
		{"read_back", "The answer did not say what happened, but a read afterwards showed it.", "Nothing.", Settled},
		{"unseen", "The user may have been created by an attempt that got no answer. The API does not show every field, so the row was sent again as an update.", "Nothing.", Settled},
		{"same", "A read that the update needed showed no difference, so nothing was sent.", "Nothing.", Settled},
		{"planned", "The plan's own read showed no difference, so the plan holds no call for it.", "Nothing.", Settled},
		{"adopted", "The user was in the API already and not in the ledger. A read showed no difference, and the ledger knows the user now (`--adopt read`).", "Nothing.", Settled},
		{"assumed", "The user was not in the ledger and was taken to match the API without a read (`--adopt assume`).", "Nothing, if the file really is what the API holds. If not, run again with `--full`.", Settled},
		{"already_absent", "There was nothing to delete, and something proves that the user is absent from the right API.", "Nothing.", Settled},
		{"renamed", "The ledger had the user under another id that is missing from the input. The entry was moved (`--renames`).", "Nothing. `usersync ledger show ID` shows the new entry.", Settled},
	}}
}

// refusals are codes of records that a rule about users, or the API, kept back.
func refusals() Group {
	return Group{"Refused or kept back", "The API or a rule about who the user is forbids the call.", []Entry{
		{"exists", "The user exists already. Mode `create` updates no users, and an upsert does not either where the API does not show that it is the same user.", "With `--mode create`: use `--mode upsert`, or remove the row. Otherwise find the user in the API. If it is the user of this row: `usersync ledger rename OLD NEW` if the ledger has it under another id (`usersync ledger show --remote KEY`), and the key in a column `remote_id` if not.", Fix},
		{"missing", "Mode `update` found no such user in the API.", "Use `--mode upsert` to create the user, or remove the row.", Fix},
		{"same_user", "The row leads to a user of the API that belongs to another id. Nothing more is sent for the row. If a call for it may have changed that user, the next run sends that user again.", "`usersync ledger show --remote KEY` names the other id (KEY is `remote_id`). If the id was renamed: `usersync ledger rename OLD NEW`. If both rows are right, one of them has to change what the API finds its users by, such as the e-mail address.", Fix},
		{"lookalike", "The user is missing from the input, which has a new id that looks like this one. Mirror did not delete the user.", "If it is the same user: `usersync ledger rename OLD NEW`. If both are users: run again with `--accept-lookalikes`.", Fix},
		{"repeated_id", "An earlier row of the input has this id and other data, and was applied (`repeated_ids: refuse`).", "Keep one row for each id, or use `--repeated-ids apply`, where the last row stays.", Fix},
		{"parked", "Not sent: the API has refused the same row in several finished runs in a row (`park_after`). `detail` names its code, and says since when and how long. It does not count for exit code 3.", "Correct the row: it is sent as soon as it, the mapping or a setting changes. `usersync ledger parked` lists all of them, and `--retry-parked` sends them now.", Fix},
		{"protected", "The user is on the list of `--protect` and is never touched.", "Nothing, if the list is right. Otherwise remove the id from the list.", Fix},
		{"superseded", "The row is a reject, and the ledger has learned about this user since. Sending it would restore an old state.", "Nothing, if the later run is right. `--allow-stale` sends it anyway.", Fix},
		{"no_such_call", "The API has no call for this operation, such as a delete.", "Use another mode, or correct the operation in the row.", Fix},
		{"unknown_remote", "The API makes the keys of its users, and the key of this user is not known.", "Create the user through usersync first, map the API's key to `remote_id`, or use `--adopt read` where the API can be searched.", Fix},
		{"batch_refused", "The API refused the whole call, and the limit of calls to find the bad user in it was reached. Nothing in it was changed.", "Correct the rows that were refused by themselves, then run `usersync retry`. `--batch-size` with a small number tells them apart.", Helps},
		{"whole_conflict", "The API answered 409 to a call with several users and named none of them.", "Run again with `--batch-size 1`, so that each user gets an answer.", Helps},
		{"not_planned", "`usersync apply` had no call for this record, and an earlier record of the same user did not go as planned.", "Make a new plan: `usersync plan`.", Helps},
		{"not_applied", "The answer did not say what happened, and a read-back showed that nothing was done.", "Run `usersync retry`.", Helps},
		{"unread", "The update needs a read of the user first, and the read gave no result. Nothing was sent.", "Run `usersync retry`. If it stays, check that the account may read users.", Helps},
		{"not_deleted", "The delete found no user, but a read showed the user. Deletes may go to another address than reads.", "Check `base_url` and the account. `usersync validate --connect` shows what they lead to.", Fix},
	}}
}

// doubts are codes of records that were sent with an unknown outcome.
func doubts() Group {
	return Group{"In doubt", "The record was sent, and what happened is not known.", []Entry{
		{"no_answer", "No answer that can be believed arrived, and no read-back could tell what happened.", "Run `usersync retry`. Where the API has no lookup: find out in the API, then `usersync ledger resolve ID`.", Decide},
		{"contradiction", "The API's answers contradict each other: a success with an error inside, or two outcomes for one user.", "Run `usersync retry`. If it stays, give the vendor `request_id`.", Decide},
		{"contradicted", "The API said that it took the user, and a read-back showed other data (`--canary`).", "Compare the user in the API with the row before you send the rest. The mapping may be wrong.", Decide},
		{"unproved_absent", "The delete found no user, and nothing proves that the address is right.", "Check `base_url` and the account. If they are right: run again with `--absent-ok`.", Decide},
		{"other_id", "The answer shows another user than the one that was sent.", "Run `usersync retry`. If it stays, give the vendor `request_id`.", Decide},
		{"no_key", "The API confirmed the user but sent no key for it.", "Run `usersync retry`: the user is looked up. If it stays, check how the config reads the key.", Decide},
	}}
}
