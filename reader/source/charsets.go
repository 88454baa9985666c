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
	plain := strings.NewReplacer("-", "", "_", "", " ", "", ".", "").Replace(label)
	number := plain
	for _, prefix := range []string{"codepage", "windows", "win", "ibm", "oem", "dos", "cp", "ms", "x"} {
		number = strings.TrimPrefix(number, prefix)
	}
	page := "cp" + number
	if e, ok := codePages()[page]; ok {
		return e, page, nil
	}
	if standard, ok := otherNames()[plain]; ok {
		label = standard
	} else if standard, ok := otherNames()[page]; ok {
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
		"ansi": "windows-1252", "msansi": "windows-1252", "mbcs": "windows-1252", "windowsansi": "windows-1252", "westerneuropean": "windows-1252",
		"we8mswin1252": "windows-1252", "we8iso8859p1": "iso-8859-1", "isolatin1": "iso-8859-1", "isolatin9": "iso-8859-15", "latin0": "iso-8859-15",
		"latin1": "iso-8859-1", "iso88591": "iso-8859-1", "latin9": "iso-8859-15", "iso885915": "iso-8859-15",
		"utf8": "utf-8", "utf8sig": "utf-8", "utf8bom": "utf-8", "utf8withbom": "utf-8", "utf8mb3": "utf-8", "utf8mb4": "utf-8", "al32utf8": "utf-8", "cp65001": "utf-8", "ascii": "windows-1252",
		"macroman": "macintosh", "macosroman": "macintosh", "applemac": "macintosh", "xmacroman": "macintosh", "mac": "macintosh", "macos": "macintosh", "cp10000": "macintosh",
		"utf16": "utf-16le", "utf16le": "utf-16le", "utf16be": "utf-16be", "unicode": "utf-16le", "ucs2": "utf-16le", "ucs2le": "utf-16le", "ucs2be": "utf-16be", "cp1200": "utf-16le", "cp1201": "utf-16be",
		"cp932": "shift_jis", "windows31j": "shift_jis", "sjis": "shift_jis", "shiftjis": "shift_jis", "cp936": "gbk", "cp949": "euc-kr", "cp950": "big5",
		"cp874": "windows-874", "cp1250": "windows-1250", "cp1251": "windows-1251", "cp1252": "windows-1252", "cp1253": "windows-1253", "cp1254": "windows-1254",
		"cp1255": "windows-1255", "cp1256": "windows-1256", "cp1257": "windows-1257", "cp1258": "windows-1258", "cp866": "ibm866",
		"cp28591": "iso-8859-1", "cp28592": "iso-8859-2", "cp28605": "iso-8859-15", "koi8r": "koi8-r", "koi8u": "koi8-u", "eucjp": "euc-jp", "euckr": "euc-kr",
	}
}
