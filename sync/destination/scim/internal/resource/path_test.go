package resource

import "testing"

func TestPaths(t *testing.T) {
	for text, want := range map[string]string{
		"userName": "userName", "USERNAME": "userName", "favouriteColour": "favouriteColour", "x-y_9": "x-y_9",
		"name.givenName": "name.givenName", "Name.GIVENname": "name.givenName",
		"emails[work].value": `emails[type eq "work"].value`, "emails[work]": `emails[type eq "work"].value`,
		`emails[type eq "work"].value`: `emails[type eq "work"].value`, `EMAILS[Type EQ "work"].VALUE`: `emails[type eq "work"].value`,
		"emails[primary].value": "emails[primary eq true].value", `ims[type eq "a ] b"].value`: `ims[type eq "a ] b"].value`,
		`roles[display eq "a:b"].value`:                                             `roles[display eq "a:b"].value`,
		"addresses[home].postalcode":                                                `addresses[type eq "home"].postalCode`,
		"urn:ietf:params:scim:schemas:core:2.0:User:userName":                       "userName",
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeenumber": EnterpriseURN + ":employeeNumber",
		"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value":  EnterpriseURN + ":manager.value",
		"urn:example:ext:1.0:User:badges[gold].since":                               `urn:example:ext:1.0:User:badges[type eq "gold"].since`,
		"": "", "a b": "", "(user)": "", ".x": "", "x.": "", "x.y.z": "", "9x": "", "emails[": "", "emails]": "", "emails[].value": "", "emails[work]value": "",
		"emails[type co \"w\"].value": "", "emails[type eq work].value": "", "emails[type eq {}].value": "", "http://x:y": "", "urn::x": "", "a:b": "",
	} {
		p, err := ParsePath(text)
		if got := p.String(); (err == nil) != (want != "") || err == nil && got != want {
			t.Errorf("%q is %q, %v; want %q", text, got, err, want)
		}
	}
}
