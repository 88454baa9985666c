package reader

import (
	"reflect"
	"strings"

	"usersync/sync/user"
)

// Row is one row of a CSV file with the field names of every API: the tags are the names
// that a field is known by, ours first. A file has only a few of them, so rows are read into
// cells, which match the file's columns.
type Row struct {
	ID       string `csv:"id,userId,user_id"`
	RemoteID string `csv:"remote_id,remoteId,uuid"`

	Email       string `csv:"email"`
	HashedEmail string `csv:"hashed_email,hashedEmail"`
	Phone       string `csv:"phone,phoneNumber,phone_number"`
	BirthYear   string `csv:"birth_year,birthYear"`
	DateOfBirth string `csv:"dob,date_of_birth,dateOfBirth"`
	SSN         string `csv:"ssn"`
	Password    string `csv:"password"`

	Name        string `csv:"name,name.formatted"`
	FirstName   string `csv:"first_name,firstName,givenName,name.givenName"`
	MiddleName  string `csv:"middle_name,middleName,name.middleName"`
	LastName    string `csv:"last_name,lastName,familyName,name.familyName"`
	DisplayName string `csv:"display_name,displayName"`
	NickName    string `csv:"nick_name,nickName"`
	UserName    string `csv:"user_name,userName"`
	ExternalID  string `csv:"external_id,externalId"`

	AddressLine1 string `csv:"address_line_1,address.line_1,line_1"`
	AddressLine2 string `csv:"address_line_2,address.line_2,line_2"`
	AddressLine3 string `csv:"address_line_3,address.line_3,line_3"`
	City         string `csv:"city,address.city"`
	State        string `csv:"state,address.state"`
	ZipCode      string `csv:"zip_code,zipCode,zip,address.zip"`
	Country      string `csv:"country,address.country"`

	EnrolledRewards            string `csv:"enrolled_rewards,enrolledRewards"`
	HistoricalTransactionsSent string `csv:"historical_transactions_sent,historicalTransactionsSent"`

	CreditReport string `csv:"credit_report,credit_report_xml_gzip"`
	AssetReport  string `csv:"asset_report,asset_report_json_gzip"`

	Role       string `csv:"role,roleAlias,role.alias"`
	Bio        string `csv:"bio"`
	Occupation string `csv:"occupation"`
	Location   string `csv:"location"`
	Timezone   string `csv:"timezone"`
	FromAPI    string `csv:"from_api,fromApi"`
	Courses    string `csv:"courses"`
	Groups     string `csv:"groups"`
	DeadlineAt string `csv:"deadline_at,deadlineAt"`

	Active            string `csv:"active"`
	Title             string `csv:"title"`
	UserType          string `csv:"user_type,userType"`
	Locale            string `csv:"locale"`
	PreferredLanguage string `csv:"preferred_language,preferredLanguage,language"`
	ProfileURL        string `csv:"profile_url,profileUrl"`
	EmployeeNumber    string `csv:"employee_number,employeeNumber"`
	CostCenter        string `csv:"cost_center,costCenter"`
	Organization      string `csv:"organization"`
	Division          string `csv:"division"`
	Department        string `csv:"department"`
	Manager           string `csv:"manager,managerId,manager.value"`
}

// Names returns every name by which a column is known, with its field.
func Names() map[string]user.Field {
	names := map[string]user.Field{}
	for f := range reflect.TypeFor[Row]().Fields() {
		known := strings.Split(f.Tag.Get("csv"), ",")
		for _, name := range known {
			names[name] = user.Field(known[0])
		}
	}
	return names
}
