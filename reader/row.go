package reader

import (
	"reflect"
	"strings"

	"usersync/sync/user"
)

// Row is one row of a CSV file in the words of every API: the tags of a field
// are the names under which it is known, ours first. Rows are read into a
// struct of only those fields that the file has (narrowed).
type Row struct {
	ID       Cell `csv:"id,userId,user_id"`
	RemoteID Cell `csv:"remote_id,remoteId,uuid"`

	Email       Cell `csv:"email"`
	HashedEmail Cell `csv:"hashed_email,hashedEmail"`
	Phone       Cell `csv:"phone,phoneNumber,phone_number"`
	BirthYear   Cell `csv:"birth_year,birthYear"`
	DateOfBirth Cell `csv:"dob,date_of_birth,dateOfBirth"`
	SSN         Cell `csv:"ssn"`
	Password    Cell `csv:"password"`

	Name        Cell `csv:"name,name.formatted"`
	FirstName   Cell `csv:"first_name,firstName,givenName,name.givenName"`
	MiddleName  Cell `csv:"middle_name,middleName,name.middleName"`
	LastName    Cell `csv:"last_name,lastName,familyName,name.familyName"`
	DisplayName Cell `csv:"display_name,displayName"`
	NickName    Cell `csv:"nick_name,nickName"`
	UserName    Cell `csv:"user_name,userName"`
	ExternalID  Cell `csv:"external_id,externalId"`

	AddressLine1 Cell `csv:"address_line_1,address.line_1,line_1"`
	AddressLine2 Cell `csv:"address_line_2,address.line_2,line_2"`
	AddressLine3 Cell `csv:"address_line_3,address.line_3,line_3"`
	City         Cell `csv:"city,address.city"`
	State        Cell `csv:"state,address.state"`
	ZipCode      Cell `csv:"zip_code,zipCode,zip,address.zip"`
	Country      Cell `csv:"country,address.country"`

	EnrolledRewards            Cell `csv:"enrolled_rewards,enrolledRewards"`
	HistoricalTransactionsSent Cell `csv:"historical_transactions_sent,historicalTransactionsSent"`

	CreditReport Cell `csv:"credit_report,credit_report_xml_gzip"`
	AssetReport  Cell `csv:"asset_report,asset_report_json_gzip"`

	Role       Cell `csv:"role,roleAlias,role.alias"`
	Bio        Cell `csv:"bio"`
	Occupation Cell `csv:"occupation"`
	Location   Cell `csv:"location"`
	Timezone   Cell `csv:"timezone"`
	FromAPI    Cell `csv:"from_api,fromApi"`
	Courses    Cell `csv:"courses"`
	Groups     Cell `csv:"groups"`
	DeadlineAt Cell `csv:"deadline_at,deadlineAt"`

	Active            Cell `csv:"active"`
	Title             Cell `csv:"title"`
	UserType          Cell `csv:"user_type,userType"`
	Locale            Cell `csv:"locale"`
	PreferredLanguage Cell `csv:"preferred_language,preferredLanguage,language"`
	ProfileURL        Cell `csv:"profile_url,profileUrl"`
	EmployeeNumber    Cell `csv:"employee_number,employeeNumber"`
	CostCenter        Cell `csv:"cost_center,costCenter"`
	Organization      Cell `csv:"organization"`
	Division          Cell `csv:"division"`
	Department        Cell `csv:"department"`
	Manager           Cell `csv:"manager,managerId,manager.value"`

	// What a rejects file says of its rows.
	Outcome  Cell `csv:"_usersync_outcome"`
	Unparsed Cell `csv:"_usersync_raw"`
}

// Cell is the text of one cell. It is one word wide, so that gocsv can look at
// it through an interface without a copy on the heap, which a string would need.
type Cell struct{ text *string }

// UnmarshalCSV takes any text and never fails.
func (c *Cell) UnmarshalCSV(text string) error {
	c.text = &text
	return nil
}

func (c *Cell) String() string {
	if c.text == nil {
		return ""
	}
	return *c.text
}

// rowFields returns Row's fields by our own name.
func rowFields() map[user.Field]reflect.StructField {
	fields := map[user.Field]reflect.StructField{}
	for f := range reflect.TypeFor[Row]().Fields() {
		fields[user.Field(tags(f)[0])] = f
	}
	return fields
}

func tags(f reflect.StructField) []string { return strings.Split(f.Tag.Get("csv"), ",") }

// Names returns every name under which a column is known, with its field.
func Names() map[string]user.Field {
	names := map[string]user.Field{}
	for field, f := range rowFields() {
		if strings.HasPrefix(string(field), specialPrefix) {
			continue
		}
		for _, name := range tags(f) {
			names[name] = field
		}
	}
	return names
}

// narrowed returns a pointer to a struct of the given fields of Row, in order;
// of id, if there are none, because gocsv refuses a struct without tags.
func narrowed(fields []user.Field) any {
	all := rowFields()
	if len(fields) == 0 {
		fields = []user.Field{user.ID}
	}
	var parts []reflect.StructField
	for _, field := range fields {
		f := all[field]
		f.Offset, f.Index = 0, nil
		parts = append(parts, f)
	}
	return reflect.New(reflect.StructOf(parts)).Interface()
}
