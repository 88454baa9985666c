package workbook

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
)

const workbookPart = "xl/workbook.xml"

type sheet struct {
	name, path string
	hidden     bool
	stale      bool // the results of formulas have yet to be computed, whatever is stored
}

// find returns the sheet of that name. If the name is empty, it is the first that is not
// hidden, and others are those after it that are not.
func find(archive *zip.Reader, name string) (found sheet, others []sheet, err error) {
	all, err := sheetsOf(archive)
	if err != nil {
		return sheet{}, nil, broken(err)
	}
	at := slices.IndexFunc(all, func(s sheet) bool { return name == "" && !s.hidden || name != "" && strings.EqualFold(s.name, name) })
	switch {
	case at >= 0 && name == "":
		return all[at], slices.DeleteFunc(slices.Clone(all[at+1:]), func(s sheet) bool { return s.hidden }), nil
	case at >= 0:
		return all[at], nil, nil
	case name == "":
		return sheet{}, nil, &Error{Rule: "is a workbook without a visible sheet of cells", Hint: "name one in the config, such as  sheet: Users"}
	}
	return sheet{}, nil, &Error{Rule: "is a workbook without the sheet that sheet: names", Hint: "check the names at the bottom of the window, or leave sheet: out for the first one"}
}

func sheetsOf(archive *zip.Reader) ([]sheet, error) {
	var book struct {
		Sheets []struct {
			Name  string `xml:"name,attr"`
			State string `xml:"state,attr"`
			ID    string `xml:"id,attr"`
		} `xml:"sheets>sheet"`
		Calc struct {
			OnLoad string `xml:"fullCalcOnLoad,attr"`
		} `xml:"calcPr"`
	}
	related, err := relations(archive)
	if err = errors.Join(decode(archive, workbookPart, &book), err); err != nil {
		return nil, err
	}
	var all []sheet
	for _, s := range book.Sheets {
		for i := range related {
			if r := &related[i]; r.ID != s.ID || !strings.HasSuffix(r.Type, "/worksheet") {
				continue
			}
			all = append(all, sheet{name: s.Name, path: related[i].part(), hidden: s.State != "" && s.State != "visible", stale: book.Calc.OnLoad == "1" || book.Calc.OnLoad == "true"})
		}
	}
	return all, nil
}

func decode(archive *zip.Reader, name string, into any) error {
	part, err := archive.Open(name)
	if err != nil {
		return err
	}
	err = xml.NewDecoder(part).Decode(into)
	return errors.Join(err, part.Close())
}

// otherArchive says what an archive is that is no workbook of ours.
func otherArchive(archive *zip.Reader) error {
	has := func(begins string) bool {
		return slices.ContainsFunc(archive.File, func(f *zip.File) bool { return strings.HasPrefix(f.Name, begins) })
	}
	const save = "open it in a spreadsheet program and save it as .xlsx or CSV"
	switch {
	case has("xl/workbook.bin"):
		return &Error{Rule: "is a binary Excel workbook (.xlsb), which is not read", Hint: save}
	case has("word/"):
		return &Error{Rule: "is a text document (.docx), not a list of users", Hint: "export the users as CSV"}
	case has("Index/") || has("Index.zip"):
		return &Error{Rule: "is a Numbers spreadsheet (.numbers), which is not read", Hint: "export it as Excel or CSV"}
	case strings.Contains(mimetype(archive), "opendocument"):
		return &Error{Rule: "is an OpenDocument file (.ods), which is not read", Hint: save}
	}
	return &Error{Rule: "is a zip archive, which is not read", Hint: "unpack it and name the file that is inside: unzip -l FILE lists it"}
}

func mimetype(archive *zip.Reader) string {
	part, err := archive.Open("mimetype")
	if err != nil {
		return ""
	}
	text, err := io.ReadAll(io.LimitReader(part, 100))
	if err = errors.Join(err, part.Close()); err != nil {
		return ""
	}
	return string(text)
}
