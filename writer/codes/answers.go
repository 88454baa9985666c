package codes

// statuses are codes of answers of which only the status is known.
func statuses() Group {
	return Group{"Statuses", "`http_` and the status, where the answer holds no code of the API that says more.", []Entry{
		{"http_400", "The API found the call wrong.", "Read `detail`, and correct the row or the mapping.", Fix},
		{"http_401", "The API does not accept the credentials.", "Check `auth` in the config, and whether the secret was replaced.", Fix},
		{"http_403", "The account may not do this.", "Give the account the permission. With Retry-After it is a limit, and the run waits.", Fix},
		{"http_404", "The address does not exist, or the user does not.", "Check `base_url` and the account. `usersync validate --connect` makes one harmless call.", Fix},
		{"http_407", "The proxy wants credentials.", "Put them into the proxy's address, such as `HTTPS_PROXY=http://USER:PASSWORD@proxy:3128`.", Fix},
		{"http_408", "The API waited too long for the call.", "Run `usersync retry`.", Helps},
		{"http_409", "The call conflicts with what the API holds, usually a user with the same key or e-mail address.", "Read `detail`. Correct the row, or use `--mode upsert`.", Fix},
		{"http_413", "The call is too large for the API, even with one user.", "Make the values of the row shorter. A smaller `--batch-size` helps if a gateway sets the limit.", Fix},
		{"http_422", "The API understood the call and found a value wrong.", "Read `detail`, and correct the row.", Fix},
		{"http_429", "Too many calls. The run waits as long as the API asks.", "Nothing. If it happens often, lower `--rate`.", Helps},
		{"http_500", "The API failed. It may have taken the call.", "Run `usersync retry`. If it stays, ask the vendor with `request_id`.", Helps},
		{"http_502", "A gateway got no proper answer from the API, which may have taken the call.", "Run `usersync retry`.", Helps},
		{"http_503", "The API is overloaded or in maintenance, and took nothing.", "Run `usersync retry` later.", Helps},
		{"http_504", "A gateway waited too long for the API, which may have taken the call.", "Run `usersync retry`. If it stays, use a smaller `--batch-size`.", Helps},
		{"http_*", "The API answered with this status.", "Statuses from 400 to 499: read `detail`, and correct the row or the settings. From 500: run `usersync retry`.", Helps},
		{"error", "The API reported an error and no status that says more.", "Read `detail`. Run `usersync retry`.", Helps},
	}}
}

// connections are codes of calls without a complete answer.
func connections() Group {
	return Group{"Connections", "The call got no complete answer. What may have arrived is treated as perhaps done.", []Entry{
		{"timeout", "No complete answer arrived in time. The API may have taken the call.", "Run `usersync retry`. If it stays, raise `--timeout` or use a smaller `--batch-size`.", Helps},
		{"dns", "The name of the API's host could not be resolved. Nothing was sent.", "Check the host in `base_url` and the machine's DNS.", Helps},
		{"dial", "No connection to the API could be made. Nothing was sent.", "Check the port, the firewall and the proxy.", Helps},
		{"proxy", "The proxy made no connection to the API.", "Check `HTTPS_PROXY`, and that the proxy allows the host.", Helps},
		{"tls", "The connection is not secure: the certificate is unknown, expired or for another host, or ours is wanted.", "Read the message. A private authority needs `tls.ca`; a proxy that opens connections has its own authority.", Fix},
		{"reset", "The other side closed the connection in the middle of the call.", "Run `usersync retry`.", Helps},
		{"eof", "The connection ended before the answer did.", "Run `usersync retry`.", Helps},
		{"broken", "The connection broke.", "Run `usersync retry`.", Helps},
		{"canceled", "The run was stopped while the call was in flight.", "Continue the run: `usersync resume`.", Helps},
		{"redirect", "The API redirects to another address. Redirects are not followed.", "Correct `base_url`, often http instead of https.", Fix},
	}}
}

// tokens are codes of calls for an access token, and of tokens.
func tokens() Group {
	return Group{"Credentials", "The call for an access token, or what the API said about the token.", []Entry{
		{"unauthorized", "The API does not accept the credentials, even with a new token.", "Check `auth` in the config, and that the account has the permission.", Fix},
		{"token_expired", "The access token ran out during the run. A new one is fetched once for all calls.", "Nothing.", Automatic},
		{"token_unreadable", "The token endpoint sent no readable token.", "Check `token_url` in the config.", Helps},
		{"token_*", "The call for an access token failed; the rest of the code says why, as above. No users were sent.", "`token_http_4...`: check `client_id`, `client_secret` and `token_url`. Otherwise run again later.", Helps},
	}}
}

// answers are codes of answers that cannot be used, or that change how calls are made.
func answers() Group {
	return Group{"Answers", "An answer arrived, and is not what the API's reference says.", []Entry{
		{"not_json", "The answer is not JSON. Often a login page, a proxy or a gateway answered.", "Check `base_url`. If the address is right, run `usersync retry`.", Helps},
		{"cut_answer", "The answer ended in the middle. The API may have taken the call.", "Run `usersync retry`.", Helps},
		{"too_large", "The answer, or one record as a call, is larger than what is accepted.", "Use a smaller `--batch-size`. For a single record: make its values shorter.", Helps},
		{"media_type", "The server does not take its own media type. The call is repeated as plain JSON, and so are all later ones.", "Nothing.", Automatic},
		{"conditional", "The server takes changes only with If-Match. The call is repeated with it, and so are all later ones.", "Nothing.", Automatic},
	}}
}
