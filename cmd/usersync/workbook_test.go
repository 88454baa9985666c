package main

import (
	"encoding/csv"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/xuri/excelize/v2"
)

// makeWorkbook is workbook OUT.xlsx IN.csv [COLUMN=FORMAT]...: it makes a workbook of the rows
// of a CSV file. Numbers are stored as numbers, and shown in the format of their column, such
// as B=#,##0. The name sheets= is no column: it says how many further sheets have a cell.
func makeWorkbook(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: workbook OUT.xlsx IN.csv [COLUMN=FORMAT]...")
	}
	rows, err := csv.NewReader(strings.NewReader(ts.ReadFile(args[1]))).ReadAll()
	ts.Check(err)
	book := excelize.NewFile()
	for r, row := range rows {
		for c, text := range row {
			cell, err := excelize.CoordinatesToCellName(c+1, r+1)
			ts.Check(err)
			var value any = text
			if number, err := strconv.ParseFloat(text, 64); err == nil && strconv.FormatFloat(number, 'f', -1, 64) == text {
				value = number
			}
			ts.Check(book.SetCellValue("Sheet1", cell, value))
		}
	}
	for _, arg := range args[2:] {
		name, format, _ := strings.Cut(arg, "=")
		if name == "sheets" {
			addSheets(ts, book, format)
			continue
		}
		style, err := book.NewStyle(&excelize.Style{CustomNumFmt: &format})
		ts.Check(err)
		ts.Check(book.SetCellStyle("Sheet1", name+"2", name+strconv.Itoa(len(rows)), style))
	}
	ts.Check(book.SaveAs(ts.MkAbs(args[0])))
}

func addSheets(ts *testscript.TestScript, book *excelize.File, count string) {
	n, err := strconv.Atoi(count)
	ts.Check(err)
	for i := range n {
		name := "More" + strconv.Itoa(i)
		_, err := book.NewSheet(name)
		ts.Check(err)
		ts.Check(book.SetCellValue(name, "A1", "text"))
	}
}
