package lookup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"usersync/cmd/usersync/internal/explain"
	"usersync/cmd/usersync/internal/history"
	"usersync/cmd/usersync/internal/retry"
)

// maxInput is the size of an input, in bytes, that explain reads without being asked to,
// only for the names of the fields.
const maxInput = 16 << 20

const notShown = "values are not shown: --show-values reads them from the input"

// addFields adds the fields that the rows of the user gave, from the run's original input.
func (s Source) addFields(ctx context.Context, hit explain.Hit, r *explain.Run, values bool) {
	note := notShown
	if why := s.readFields(ctx, hit, r, values); why != "" {
		note = why
	} else if values {
		note = ""
	}
	for i := range r.Records {
		one := &r.Records[i]
		if one.File == "" {
			continue
		}
		if one.FieldsNote = note; note == notShown && len(one.Fields) == 0 {
			one.FieldsNote = "the row gave none"
		}
	}
}

// readFields returns why the fields cannot be read; empty if they were.
func (s Source) readFields(ctx context.Context, hit explain.Hit, r *explain.Run, values bool) string {
	if !values && inputSize(hit) > maxInput {
		return "the run does not record which fields a row had, and its input is large: --show-values reads them from it"
	}
	dir := strings.TrimSuffix(r.Path, string(os.PathSeparator)+r.Run)
	from, err := history.Find(dir, r.Run)
	if err != nil {
		return "the fields are not known: " + noteOf(err)
	}
	c, err := s.Settings(hit.Header, false)
	if err != nil {
		return "the fields cannot be read from the input: " + noteOf(err)
	}
	records, end, err := retry.InputOf(ctx, c, from)
	if err != nil {
		if changed, is := errors.AsType[*history.OriginalsError](err); is {
			err = changed.Err
		}
		return "the fields cannot be read from the input: " + noteOf(err)
	}
	defer end() // it was only read
	if records == nil {
		return "the run read standard input, which cannot be read again"
	}
	return fillFields(ctx, records, r, values)
}

func fillFields(ctx context.Context, records *history.Originals, r *explain.Run, values bool) string {
	for i := len(r.Records) - 1; i >= 0; i-- { // in the order of the input
		at := &r.Records[i]
		if at.File == "" {
			continue
		}
		record := records.Record(ctx, at.Record)
		if record == nil {
			return fmt.Sprintf("record %d cannot be read from the input", at.Record)
		}
		at.Fields = explain.FieldsOf(record, values)
	}
	return ""
}

func inputSize(hit explain.Hit) (n int64) {
	for _, in := range hit.Header.Inputs {
		n += in.Size
	}
	return n
}
