package target

import (
	"maps"
	"slices"

	"usersync/sync/destination/scim/internal/resource"
	"usersync/sync/user"
)

// streetPath is where the lines of an address go: RFC 7643 4.1.2 allows line breaks in
// streetAddress.
const streetPath = `addresses[type eq "work"].streetAddress`

// paths says where our own fields go.
var paths = map[user.Field]string{
	user.UserName: "userName", user.ExternalID: "externalId", user.DisplayName: "displayName", user.NickName: "nickName",
	user.ProfileURL: "profileUrl", user.Title: "title", user.UserType: "userType", user.PreferredLanguage: "preferredLanguage",
	user.Locale: "locale", user.Timezone: "timezone", user.Active: "active",
	user.Name: "name.formatted", user.FirstName: "name.givenName", user.MiddleName: "name.middleName", user.LastName: "name.familyName",
	user.Email: `emails[type eq "work"].value`, user.Phone: `phoneNumbers[type eq "work"].value`,
	user.AddressLine1: streetPath, user.AddressLine2: streetPath, user.AddressLine3: streetPath,
	user.City: `addresses[type eq "work"].locality`, user.State: `addresses[type eq "work"].region`,
	user.ZipCode: `addresses[type eq "work"].postalCode`, user.Country: `addresses[type eq "work"].country`,
	user.EmployeeNumber: resource.EnterpriseURN + ":employeeNumber", user.CostCenter: resource.EnterpriseURN + ":costCenter",
	user.Organization: resource.EnterpriseURN + ":organization", user.Division: resource.EnterpriseURN + ":division",
	user.Department: resource.EnterpriseURN + ":department", user.Manager: resource.EnterpriseURN + ":manager.value",
}

// unsupported are our fields without a SCIM attribute. Some have the name of one, such as
// groups, but mean another API's.
var unsupported = map[user.Field]bool{
	user.HashedEmail: true, user.BirthYear: true, user.DateOfBirth: true, user.SSN: true, user.EnrolledRewards: true,
	user.HistoricalTransactionsSent: true, user.CreditReport: true, user.AssetReport: true, user.Role: true, user.Bio: true,
	user.Occupation: true, user.Location: true, user.FromAPI: true, user.Courses: true, user.Groups: true, user.DeadlineAt: true,
}

// Fields lists our own fields that have a path.
func Fields() []user.Field {
	return slices.Collect(maps.Keys(paths))
}
