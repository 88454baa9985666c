package connect

import (
	"os"
	"path/filepath"
	"testing"

	"usersync/cmd/usersync/internal/config/configtest"
)

// A run that is continued and a plan that is applied contain the digests of their
// settings. If a new version of the program computed other digests, neither could be
// used any longer. These values were taken before the settings had a package.
func TestDigestsStayWhatTheyWere(t *testing.T) {
	described, err := os.ReadFile(filepath.Join("..", "..", "..", "..", "docs", "custom", "braze.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{"custom.yaml": string(described), "all.yaml": allSections} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	variables := map[string]string{"S": "secret", "USERSYNC_TRAILER": "END", "USERSYNC_IGNORE": "a,b"}
	for _, test := range []struct {
		args                       []string
		digest, run, feed, mapping string
	}{
		{[]string{}, "95915a5f2e8d1f61895d149809d32214b14a36f7c3d21c95669eeda0be3f1349", "ea177ba2e72dc3def71eaaf0724a15ea44e2e28551fd42b594479f46679d081a", "84ce5b996c6493516238ee39dd467a77cb4a953608d87d19c2c854e55899b85a", "add5bc59522849d6bcee8658e72c35d30888ce624bc801d11f38d99a8cad6950"},
		{[]string{"--to", "kard"}, "112ccb086dcb9704a7c3b6f71729afcb6adaa46dab2bc7e145e0aff1c21e8d73", "47c3664c8e7440ede250d21d7d3165183b0e0067db8d5b5a123fedacec2eb8a0", "866b333e9be4bb7e2e73d3dfe8e51e5639d65025260ad2b31f84f75783a5c781", "add5bc59522849d6bcee8658e72c35d30888ce624bc801d11f38d99a8cad6950"},
		{[]string{"--to", "konstantly", "--on-absent", "block"}, "4de3724033217ffee0ef7a237a570a3aaf0b66eea16acb9cbeb9171200e831b1", "1c7def71ade337c3f31c9a7c4335a2c02f693a13235e977d71be7365716e6a42", "8134e067e425a7f343479b1602aa4b7a7354d909de6fda1f72adb4e0006d8198", "add5bc59522849d6bcee8658e72c35d30888ce624bc801d11f38d99a8cad6950"},
		{[]string{"--to", "scim", "--sandbox", "--mode", "mirror", "--feed", "hr"}, "a790224f3b1b39dcd06463d4c6cb9555e66eebcfb4c03ee2d1f34cc00e919d61", "80568aa4a124f927b63f4067b87a32e541c3d8cd165b1eb3ca84e97e66ebe3bf", "5156a8b073853c071c25080fdf8581acd4c8a55b030bd1d03eb3088146af2fb4", "add5bc59522849d6bcee8658e72c35d30888ce624bc801d11f38d99a8cad6950"},
		{[]string{"--to", "onbo", "--rate", "3/s", "--delimiter", ";"}, "f3f6938f6eb9afd668eec47dd09f2a3574c95dfdd8b98509383197d7feee3118", "34fc79cd3120421d27144e1f55ede3ed75ec80fb081c7eaca4bf9f439d1aaab8", "5195bedd9135c14356825c938fca10dbbc54e2671e35506f945c190aedbd4492", "add5bc59522849d6bcee8658e72c35d30888ce624bc801d11f38d99a8cad6950"},
		{[]string{"--config", "all.yaml", "--to", "kard"}, "c6c5a337d3a663d3c6bfa549adf968b5ddc74fb495e432515baa2260caa16368", "9754e30e702fb61c08b4a5cdc45f9d2adbde0a22c61773e093abefc7df7f2e0d", "ec5cf25894d7567e7625c36ec18cc1c5131e11eac6b5133a27f35c28864f440b", "2b9c889cbc96af3defed21c2f84a25d76b1af45abc20779a1bf4be7acc3526c2"},
		{[]string{"--config", "all.yaml", "--to", "konstantly", "--adopt", "read"}, "2c53de0c6244dd50f606a8119fd08a0e6e2e444ec89162413f719db306d7da43", "a0a2b805e1ade4bb50006a08b8a5b359d5070c55dc715e182b054a1dc574ae50", "48ff3cf257138e21b343001e9d9d34c91a38777d09249bbd136bec0dab964e4c", "8ec00932194ed7ccc79ca89854116eb9e3b51f7865c631eaff704235d5c75271"},
		{[]string{"--config", "all.yaml", "--to", "scim", "--max-change", "phone=2%", "--json"}, "c5e515aded91439fa60410e0d87091380a94e44b2d46e5ac7036d0088e9f9047", "38e0e44fe1ba1529a0c28ba0e0af6737934f5f2ebdf5e1bbfc2bb477613f053f", "c5c2923f05844c72565d76e0569bf9425da99c858cec04b677dfaa0a76090a2f", "2b9c889cbc96af3defed21c2f84a25d76b1af45abc20779a1bf4be7acc3526c2"},
		{[]string{"--config", "all.yaml", "--to", "onbo", "--sandbox"}, "291d8434f3b9c3d77d93c0333dcc0ad252660574f1a0996409529701c3222e47", "5c556d6a1142d6d14c5772eec6bf8b4c3511f01b5f2c51a726ff521f18f7959b", "efadad1d1fa880f45f4924b077caa8b6ec5c6a29c2141b01cdc2d42f5f29bf6b", "2b9c889cbc96af3defed21c2f84a25d76b1af45abc20779a1bf4be7acc3526c2"},
		{[]string{"--config", "custom.yaml", "--sandbox"}, "69e47b4f931fb8e8665e68d9b275a134a7312b73595d5c49f82d7a9a3866db0b", "f37a3107a463a9609b44a58de914795396ba78ef3772737bc80de44bf659b290", "2005135b27772ae58f6bc62251d62822f19ed9053aefeaa0f9b7b70516d31e9d", "add5bc59522849d6bcee8658e72c35d30888ce624bc801d11f38d99a8cad6950"},
	} {
		c, err := configtest.Load(t, Sections, variables, test.args...)
		if err != nil {
			t.Fatalf("%q: %v", test.args, err)
		}
		for what, pair := range map[string][2]string{
			"config": {c.Digest(), test.digest}, "run": {c.Earlier().RunDigest(), test.run}, "feed": {c.Earlier().FeedDigest(), test.feed}, "mapping": {c.MappingDigest(), test.mapping},
		} {
			if pair[0] != pair[1] {
				t.Errorf("%q: the digest of the %s is %s, and was %s", test.args, what, pair[0], pair[1])
			}
		}
	}
}

const allSections = `to: [kard, scim]
format: csv
results_format: jsonl
rejects_secrets: keep
fields: {id: CUST, email: {column: E}}
kard: {base_url: 'https://k.example', organization: o-1, auth: {client_id: me, client_secret: env:S}, mode: update, rate: 5/s}
konstantly: {base_url: 'https://site.konstant.ly/openapi/v1', auth: {key: env:S}, choices: names, fields: {id: X}}
scim: {base_url: 'https://idp.example/scim/v2', auth: {token: env:S}, bulk: 'on', max_operations: 7, tls: {ca: ca.pem}}
onbo: {base_url: 'https://o.example/v1', auth: {client_id: c, secret_key: env:S}, checks: warn}
`
