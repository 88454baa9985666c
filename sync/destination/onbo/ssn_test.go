package onbo

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"strings"
	"testing"

	"usersync/sync/user"
)

// TestSealVector: the vector was made with CryptoJS from this secret and SSN, with
// the bytes 0 to 15 as the initialization vector.
func TestSealVector(t *testing.T) {
	block, err := aes.NewCipher([]byte(strings.ReplaceAll(secretKey, "-", "")))
	if err != nil {
		t.Fatal(err)
	}
	var iv [16]byte
	for i := range iv {
		iv[i] = byte(i)
	}
	if got := sealWith(block, iv, "111-22-3333"); got != "AAECAwQFBgcICQoLDA0OD4fRkuvmEDnZ+AtiI+Gjrx8=" {
		t.Error(got)
	}
}

func TestSealIsNewEachTime(t *testing.T) {
	seen := map[string]bool{}
	for _, text := range []string{"111223333", "111-22-3333", "", "sixteen bytes ok", "seventeen bytes!!"} {
		for range 3 {
			sealed, err := sealSSN(user.NewSecret(secretKey), user.NewSecret(text))
			if err != nil || seen[sealed] || strings.Contains(sealed, "1112") {
				t.Fatalf("%s: %v", sealed, err)
			}
			seen[sealed] = true
			if opened := unseal(t, sealed); opened != text {
				t.Errorf("%q became %q", text, opened)
			}
		}
	}
}

// unseal decrypts, which the client cannot do.
func unseal(t *testing.T, sealed string) string {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil || len(b) < 32 || len(b)%16 != 0 {
		t.Fatalf("%q is not a vector followed by blocks: %v", sealed, err)
	}
	block, err := aes.NewCipher([]byte(strings.ReplaceAll(secretKey, "-", "")))
	if err != nil {
		t.Fatal(err)
	}
	cipher.NewCBCDecrypter(block, b[:16]).CryptBlocks(b[16:], b[16:])
	return string(b[16 : len(b)-int(b[len(b)-1])])
}

func TestSealFailsClosed(t *testing.T) {
	for _, key := range []string{"", "short", secretKey[1:], secretKey + "0", "2acf04c348d1456f", "2acf04c3-48d1-456f-a54e-1a42"} {
		if sealed, err := sealSSN(user.NewSecret(key), user.NewSecret("111-22-3333")); err == nil || sealed != "" {
			t.Errorf("a key of %d bytes sealed", len(key))
		}
	}
}

func TestNineDigits(t *testing.T) {
	for given, want := range map[string]string{
		"111-22-3333": "111223333", "111223333": "111223333",
		"": "", "111-222-3333": "", "1112223333": "", "11122333": "", "111-22-333": "", "11-122-3333": "", "111 22 3333": "", "111-22-333x": "", " 111223333": "",
	} {
		got, ok := nineDigits(given)
		if ok != (want != "") || ok && got != want {
			t.Errorf("%q: %q %v", given, got, ok)
		}
	}
}
