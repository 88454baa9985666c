package source

import (
	"io"
	"strings"
	"testing"
)

// TestCharsetNames: a charset is known by the names that other programs have for it.
func TestCharsetNames(t *testing.T) {
	for name, bytes := range map[string]string{
		"cp850": "\x81", "CP437": "\x81", "ibm850": "\x81", "latin1": "\xfc", "ISO_8859-1": "\xfc", "utf-8-sig": "ü", "UTF8": "ü", "ANSI": "\xfc",
		"macroman": "\x9f", "cp1252": "\xfc", "windows-1252": "\xfc", "cp65001": "ü", "iso-8859-15": "\xfc", "utf-16le": "\xfc\x00",
		"IBM-850": "\x81", "cp 850": "\x81", "850": "\x81", "OEM 437": "\x81", "Windows1252": "\xfc", "WINDOWS_1252": "\xfc", "cp1200": "\xfc\x00", "UTF-8 with BOM": "ü",
		"Mac OS Roman": "\x9f", "x-mac-roman": "\x9f", "ISO Latin 1": "\xfc", "cp1254": "\xfc", "windows-1254": "\xfc", "CP28591": "\xfc",
	} {
		if err := CheckCharset(name); err != nil {
			t.Errorf("%s %v", name, err)
			continue
		}
		s, err := Open(t.Context(), Options{Path: "-", Stdin: strings.NewReader(bytes), Charset: name})
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(s); err != nil || string(text) != "ü" {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
	for _, name := range []string{"klingon", "cp", "utf-7", "oem", "cp9999"} {
		if CheckCharset(name) == nil {
			t.Errorf("%s is known", name)
		}
	}
}
