package explain

import "usersync/sync/user"

// Asked is what is known of the settings of a run.
type Asked struct {
	Known  bool // otherwise they have changed since, or cannot be read
	ByRow  bool // rows say what to do with a user
	Ledger bool // the run had one
}

// attempt says why the last call was of its kind.
func (c *cause) attempt() string {
	mode := user.Op(c.header.Mode)
	switch c.row.Action {
	case user.Create:
		if mode == user.Create {
			return "It was sent as a create, as in all of mode create."
		}
		return c.created()
	case user.Update:
		if mode == user.Update {
			return "It was sent as an update, as in all of mode update."
		}
		return "It was sent as an update: the ledger held the user with other values" + c.orFull() + ", the row asked for it or named the API's key, or the API said that the user exists. Results do not record which."
	case user.Delete:
		if c.header.Mode == string(user.Delete) {
			return "It was sent as a delete, because the mode of the run is delete."
		}
		return "It was sent as a delete, because the row asks for it."
	}
	return "It was sent."
}

// created says why a create was sent in a mode that creates or updates. An update that found no
// user would be a call of its own.
func (c *cause) created() string {
	switch {
	case c.asked.Known && !c.asked.ByRow && !c.asked.Ledger:
		return "It was sent as a create, as every user is in a run without a ledger."
	case c.asked.Known && !c.asked.ByRow && c.row.Attempts == 1:
		return "It was sent as a create, because the ledger did not know that the API has the user."
	case c.asked.Known && !c.asked.ByRow:
		return "It was sent as a create: the ledger did not know that the API has the user, or the API had no such user. Results do not record which."
	}
	return "It was sent as a create: the ledger, if there was one, did not hold the id, the row asked for it, or the API had no such user. Results do not record which."
}

func (c *cause) orFull() string {
	if c.full() {
		return ", or it was sent because of --full"
	}
	return ""
}
