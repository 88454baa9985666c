package source

import (
	"errors"
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
)

// findCharset finds a charset by a label of the WHATWG Encoding Standard, or by a name that
// databases, spreadsheets and programming languages have for it. Name is that of the
// standard, if it has one.
func findCharset(label string) (e encoding.Encoding, name string, err error) {
	label = strings.ToLower(strings.TrimSpace(label))
	if e, ok := codePages()[strings.ReplaceAll(label, "ibm", "cp")]; ok {
		return e, label, nil
	}
	if standard, ok := otherNames()[strings.NewReplacer("-", "", "_", "", " ", "").Replace(label)]; ok {
		label = standard
	}
	if e, err = htmlindex.Get(label); err != nil || e == encoding.Replacement {
		return nil, "", errors.New("is not a known character set: " + charsetHint)
	}
	name, err = htmlindex.Name(e)
	return e, name, err
}

// codePages are charsets of MS-DOS, which the standard lacks.
func codePages() map[string]encoding.Encoding {
	return map[string]encoding.Encoding{
		"cp437": charmap.CodePage437, "cp850": charmap.CodePage850, "cp852": charmap.CodePage852, "cp855": charmap.CodePage855,
		"cp858": charmap.CodePage858, "cp860": charmap.CodePage860, "cp862": charmap.CodePage862, "cp863": charmap.CodePage863,
		"cp865": charmap.CodePage865, "cp037": charmap.CodePage037, "cp1047": charmap.CodePage1047, "cp1140": charmap.CodePage1140,
	}
}

// otherNames leads from names without punctuation to labels of the standard.
func otherNames() map[string]string {
	return map[string]string{
		"ansi": "windows-1252", "mbcs": "windows-1252", "windowsansi": "windows-1252", "win1252": "windows-1252", "1252": "windows-1252",
		"we8mswin1252": "windows-1252", "we8iso8859p1": "iso-8859-1", "win1250": "windows-1250", "win1251": "windows-1251",
		"latin1": "iso-8859-1", "iso88591": "iso-8859-1", "latin9": "iso-8859-15", "iso885915": "iso-8859-15",
		"utf8": "utf-8", "utf8sig": "utf-8", "utf8bom": "utf-8", "utf8mb4": "utf-8", "al32utf8": "utf-8", "cp65001": "utf-8", "65001": "utf-8", "ascii": "windows-1252",
		"macroman": "macintosh", "xmacroman": "macintosh", "mac": "macintosh", "macos": "macintosh",
		"utf16": "utf-16le", "utf16le": "utf-16le", "utf16be": "utf-16be", "unicode": "utf-16le", "ucs2": "utf-16le",
		"cp932": "shift_jis", "sjis": "shift_jis", "shiftjis": "shift_jis", "cp936": "gbk", "cp949": "euc-kr", "cp950": "big5", "cp1250": "windows-1250", "cp1251": "windows-1251",
		"cp1252": "windows-1252",
	}
}
