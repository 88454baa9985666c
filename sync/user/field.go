package user

import "strings"

// Field names an attribute of a user in usersync's own vocabulary. Readers and
// clients translate between these names and those of files and APIs.
type Field string

// The fields that every API's attributes map to. Any other attribute is an
// extra.NAME or attributes.NAME field.
const (
	ID       Field = "id"
	RemoteID Field = "remote_id" // the key that the API assigned, where it assigns keys

	Email       Field = "email"
	HashedEmail Field = "hashed_email"
	Phone       Field = "phone"
	BirthYear   Field = "birth_year"
	DateOfBirth Field = "dob"
	SSN         Field = "ssn"
	Password    Field = "password"

	Name        Field = "name"
	FirstName   Field = "first_name"
	MiddleName  Field = "middle_name"
	LastName    Field = "last_name"
	DisplayName Field = "display_name"
	NickName    Field = "nick_name"
	UserName    Field = "user_name"
	ExternalID  Field = "external_id"

	AddressLine1 Field = "address_line_1"
	AddressLine2 Field = "address_line_2"
	AddressLine3 Field = "address_line_3"
	City         Field = "city"
	State        Field = "state"
	ZipCode      Field = "zip_code"
	Country      Field = "country"

	EnrolledRewards            Field = "enrolled_rewards"
	HistoricalTransactionsSent Field = "historical_transactions_sent"

	CreditReport Field = "credit_report"
	AssetReport  Field = "asset_report"

	Role       Field = "role"
	Bio        Field = "bio"
	Occupation Field = "occupation"
	Location   Field = "location"
	Timezone   Field = "timezone"
	FromAPI    Field = "from_api"
	Courses    Field = "courses"
	Groups     Field = "groups"
	DeadlineAt Field = "deadline_at"

	Active            Field = "active"
	Title             Field = "title"
	UserType          Field = "user_type"
	Locale            Field = "locale"
	PreferredLanguage Field = "preferred_language"
	ProfileURL        Field = "profile_url"
	EmployeeNumber    Field = "employee_number"
	CostCenter        Field = "cost_center"
	Organization      Field = "organization"
	Division          Field = "division"
	Department        Field = "department"
	Manager           Field = "manager"
)

// The prefixes of fields without a constant here.
const (
	ExtraPrefix      = "extra."
	AttributesPrefix = "attributes."
)

// IsSecret reports whether the field's value must never be shown.
func (f Field) IsSecret() bool { return f == SSN || f == Password }

// IsOpen reports whether the field is extra.NAME or attributes.NAME.
func (f Field) IsOpen() bool {
	s := string(f)
	return (strings.HasPrefix(s, ExtraPrefix) && len(s) > len(ExtraPrefix)) ||
		(strings.HasPrefix(s, AttributesPrefix) && len(s) > len(AttributesPrefix))
}
