package onbo

import (
	"encoding/base64"

	"usersync/sync/destination/rest"
	"usersync/sync/user"
)

// draft is the content of one call. It lives only as long as the call, because
// reports are large.
type draft struct {
	sent    *user.Record
	ssn     string // encrypted; only in a create
	reports map[user.Field][]byte
}

// draft encrypts and compresses what the call needs. Its error is a
// *user.InvalidError.
func (c *Client) draft(op user.Op, sent *user.Record) (*draft, error) {
	d := &draft{sent: sent}
	if ssn, ok := sent.User.Secret(user.SSN); ok && op == user.Create {
		sealed, err := sealSSN(c.config.SecretKey, ssn)
		if err != nil {
			return nil, user.NewInvalidError("bad_key", user.SSN, err.Error(), "set onbo.auth.secret_key to the whole secret key that Onbo gave you")
		}
		d.ssn = sealed
	}
	for _, f := range [...]user.Field{user.CreditReport, user.AssetReport} {
		file, ok := sent.User.Value(f)
		if !ok {
			continue
		}
		packed, err := c.reports.read(file.Text)
		if err != nil {
			return nil, reportFault(f, err)
		}
		if d.reports == nil {
			d.reports = map[user.Field][]byte{}
		}
		d.reports[f] = packed
	}
	return d, nil
}

// members are Onbo's names, in the order of its reference.
var members = [...]struct {
	field  user.Field
	theirs string
}{
	{user.FirstName, "first_name"}, {user.MiddleName, "middle_name"}, {user.LastName, "last_name"},
	{user.Email, "email"}, {user.Phone, "phone"}, {user.DateOfBirth, "dob"},
}

var addressMembers = [...]struct {
	field  user.Field
	theirs string
}{
	{user.AddressLine1, "line_1"}, {user.AddressLine2, "line_2"}, {user.AddressLine3, "line_3"},
	{user.ZipCode, "zip"}, {user.City, "city"}, {user.State, "state"}, {user.Country, "country"},
}

func (d *draft) append(b []byte) []byte {
	b = append(b, '{')
	for _, m := range members {
		b = d.member(b, m.theirs, m.field)
	}
	if d.ssn != "" {
		b = rest.AppendText(appendName(b, "ssn"), d.ssn)
	}
	b = d.address(b)
	b = d.report(b, "credit_report_xml_gzip", user.CreditReport)
	b = d.report(b, "asset_report_json_gzip", user.AssetReport)
	return append(b, '}')
}

// address appends the object if the user has any part of it.
func (d *draft) address(b []byte) []byte {
	undo := len(b)
	b = append(appendName(b, "address"), '{')
	begin := len(b)
	for _, m := range addressMembers {
		b = d.member(b, m.theirs, m.field)
	}
	if len(b) == begin {
		return b[:undo]
	}
	return append(b, '}')
}

// member appends one value. It leaves out what Check would refuse: a wrong value
// may change more than a missing one.
func (d *draft) member(b []byte, theirs string, f user.Field) []byte {
	v, ok := d.sent.User.Value(f)
	switch {
	case !ok:
		return b
	case v.Kind == user.Clear && (f == user.AddressLine2 || f == user.AddressLine3):
		return append(appendName(b, theirs), "null"...)
	case v.Kind != user.Text || v.Text == "":
		return b
	}
	return rest.AppendText(appendName(b, theirs), v.Text)
}

func (d *draft) report(b []byte, theirs string, f user.Field) []byte {
	packed, ok := d.reports[f]
	if !ok {
		return b
	}
	b = append(appendName(b, theirs), '"')
	b = base64.StdEncoding.AppendEncode(b, packed)
	return append(b, '"')
}

// appendName appends a member's name, which needs no escapes.
func appendName(b []byte, theirs string) []byte {
	if b[len(b)-1] != '{' {
		b = append(b, ',')
	}
	b = append(b, '"')
	b = append(b, theirs...)
	return append(b, `":`...)
}
