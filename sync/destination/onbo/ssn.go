package onbo

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"strings"

	"usersync/sync/user"
)

// keySize, in bytes, is that of AES-256: a uuid without its dashes.
const keySize = 32

var errKeySize = errors.New("the secret key, without its dashes, is not 32 bytes long, so it cannot encrypt SSNs")

// sealSSN encrypts the text of ssn, and is the only way in which an SSN is sent:
// AES-256-CBC with PKCS #7 and a new initialization vector each time, as base64 of
// vector and ciphertext (Onbo implementation guide, Encrypting sensitive data). It
// fails if the key is not 32 bytes long; the user must not be sent then.
func sealSSN(secretKey, ssn user.Secret) (string, error) {
	key := []byte(strings.ReplaceAll(secretKey.Reveal(), "-", ""))
	if len(key) != keySize {
		return "", errKeySize
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return "", err
	}
	var iv [aes.BlockSize]byte
	rand.Read(iv[:]) // never fails
	return sealWith(block, iv, ssn.Reveal()), nil
}

func sealWith(block cipher.Block, iv [aes.BlockSize]byte, text string) string {
	padding := aes.BlockSize - len(text)%aes.BlockSize
	sealed := append(iv[:], text...)
	for range padding {
		sealed = append(sealed, byte(padding))
	}
	inner := sealed[aes.BlockSize:]
	cipher.NewCBCEncrypter(block, iv[:]).CryptBlocks(inner, inner)
	return base64.StdEncoding.EncodeToString(sealed)
}

// nineDigits returns an SSN without its dashes. Both forms are documented; one form
// makes them comparable.
func nineDigits(ssn string) (string, bool) {
	text := ssn
	if len(text) == 11 && text[3] == '-' && text[6] == '-' {
		text = text[:3] + text[4:6] + text[7:]
	}
	return text, len(text) == 9 && onlyDigits(text)
}

func onlyDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}
