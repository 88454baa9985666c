package workbook

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

const (
	relationsPart = "xl/_rels/workbook.xml.rels"
	textsPart     = "xl/sharedStrings.xml"
)

// relation says what another part is to the workbook.
type relation struct {
	ID     string `xml:"Id,attr"`
	Type   string `xml:"Type,attr"`
	Target string `xml:"Target,attr"`
}

// part is the name of the other part.
func (r *relation) part() string {
	if strings.HasPrefix(r.Target, "/") {
		return r.Target[1:]
	}
	return path.Join("xl", r.Target)
}

func relations(archive *zip.Reader) ([]relation, error) {
	var all struct {
		All []relation `xml:"Relationship"`
	}
	err := decode(archive, relationsPart, &all)
	return all.All, err
}

// checkParts refuses a workbook whose parts the parser of the rows would not find: it knows them
// by their names, and takes a part that it does not find for an empty one. Parts that are not read,
// such as pictures and folders, may have one name: spreadsheet programs open such workbooks.
func checkParts(archive *zip.Reader) error {
	named := map[string]int{}
	for _, f := range archive.File {
		named[f.Name]++
	}
	all, err := relations(archive)
	read := []string{workbookPart, relationsPart, stylesPart, textsPart}
	for i := range all {
		r := &all[i]
		at := r.part()
		switch {
		case strings.HasSuffix(r.Type, "/worksheet"):
			read = append(read, at)
		case strings.HasSuffix(r.Type, "/styles") && at != stylesPart && named[at] > 0:
			err = errors.Join(err, fmt.Errorf("the styles are in %s", at))
		}
	}
	for _, name := range read {
		if named[name] > 1 {
			err = errors.Join(err, fmt.Errorf("%d parts have the name %s", named[name], name))
		}
	}
	return err
}

// textsOf counts the texts that cells refer to by number.
func textsOf(archive *zip.Reader) (n int, err error) {
	for _, f := range archive.File {
		if !strings.EqualFold(strings.ReplaceAll(f.Name, "\\", "/"), textsPart) {
			continue
		}
		part, err := f.Open()
		if err != nil {
			return 0, err
		}
		n, err = countTexts(part)
		if err = errors.Join(err, part.Close()); err != nil {
			return 0, err
		}
	}
	return n, nil
}

func countTexts(r io.Reader) (n int, err error) {
	dec := xml.NewDecoder(r)
	for {
		token, err := dec.RawToken()
		if errors.Is(err, io.EOF) {
			return n, nil
		}
		if err != nil {
			return 0, err
		}
		if e, is := token.(xml.StartElement); is && e.Name.Local == "si" {
			n++
		}
	}
}
