package connect

import (
	"os"
	"path/filepath"
	"testing"
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
		{[]string{}, "bcfee935f6c1479bc52b9c45205c2b7d579d75f61a31da901b58f74004f97712", "ea177ba2e72dc3def71eaaf0724a15ea44e2e28551fd42b594479f46679d081a", "84ce5b996c6493516238ee39dd467a77cb4a953608d87d19c2c854e55899b85a", "add5bc59522849d6bcee8658e72c35d30888ce624bc801d11f38d99a8cad6950"},
		{[]string{"--to", "kard"}, "ae1da49cc0eb574ed88c1a406997cfeffbd77b9f9d4652406f9b0a7f7a71e363", "47c3664c8e7440ede250d21d7d3165183b0e0067db8d5b5a123fedacec2eb8a0", "866b333e9be4bb7e2e73d3dfe8e51e5639d65025260ad2b31f84f75783a5c781", "add5bc59522849d6bcee8658e72c35d30888ce624bc801d11f38d99a8cad6950"},
		{[]string{"--to", "konstantly", "--on-absent", "block"}, "f531a7ee6e45f52b7547f9f3572bebe8d9ffaf43e3b212b510cfc2905feaa6f2", "1c7def71ade337c3f31c9a7c4335a2c02f693a13235e977d71be7365716e6a42", "8134e067e425a7f343479b1602aa4b7a7354d909de6fda1f72adb4e0006d8198", "add5bc59522849d6bcee8658e72c35d30888ce624bc801d11f38d99a8cad6950"},
		{[]string{"--to", "scim", "--sandbox", "--mode", "mirror", "--feed", "hr"}, "fa393390085f3902c50c734f78caf1e20b7a282d5f2a6547fc133ef997e61097", "80568aa4a124f927b63f4067b87a32e541c3d8cd165b1eb3ca84e97e66ebe3bf", "5156a8b073853c071c25080fdf8581acd4c8a55b030bd1d03eb3088146af2fb4", "add5bc59522849d6bcee8658e72c35d30888ce624bc801d11f38d99a8cad6950"},
		{[]string{"--to", "onbo", "--rate", "3/s", "--delimiter", ";"}, "2671db4275bc6f3a21bbcd5a9a4842cad50e01163ebbfbf618dccf2a30c1a00e", "34fc79cd3120421d27144e1f55ede3ed75ec80fb081c7eaca4bf9f439d1aaab8", "5195bedd9135c14356825c938fca10dbbc54e2671e35506f945c190aedbd4492", "add5bc59522849d6bcee8658e72c35d30888ce624bc801d11f38d99a8cad6950"},
		{[]string{"--config", "all.yaml", "--to", "kard"}, "ab15d66455b7ea1b7d4315f41de0d1a37419cc77e1d32e7022b7786fee0dc9cd", "9754e30e702fb61c08b4a5cdc45f9d2adbde0a22c61773e093abefc7df7f2e0d", "ec5cf25894d7567e7625c36ec18cc1c5131e11eac6b5133a27f35c28864f440b", "2b9c889cbc96af3defed21c2f84a25d76b1af45abc20779a1bf4be7acc3526c2"},
		{[]string{"--config", "all.yaml", "--to", "konstantly", "--adopt", "read"}, "435ff8f143534dc027dd194dc65141f0b2b0a345ed127a26e8cacf50ec61f46d", "a0a2b805e1ade4bb50006a08b8a5b359d5070c55dc715e182b054a1dc574ae50", "48ff3cf257138e21b343001e9d9d34c91a38777d09249bbd136bec0dab964e4c", "8ec00932194ed7ccc79ca89854116eb9e3b51f7865c631eaff704235d5c75271"},
		{[]string{"--config", "all.yaml", "--to", "scim", "--max-change", "phone=2%", "--json"}, "24f2a0ef93856d4594613127cee416662eccff25571e6c7b94b69d50aa58780d", "38e0e44fe1ba1529a0c28ba0e0af6737934f5f2ebdf5e1bbfc2bb477613f053f", "c5c2923f05844c72565d76e0569bf9425da99c858cec04b677dfaa0a76090a2f", "2b9c889cbc96af3defed21c2f84a25d76b1af45abc20779a1bf4be7acc3526c2"},
		{[]string{"--config", "all.yaml", "--to", "onbo", "--sandbox"}, "ddf38b8d6f20cb1cffabc31b323e1cbc0c98e97ea7600f22583e06dd2520ca67", "5c556d6a1142d6d14c5772eec6bf8b4c3511f01b5f2c51a726ff521f18f7959b", "efadad1d1fa880f45f4924b077caa8b6ec5c6a29c2141b01cdc2d42f5f29bf6b", "2b9c889cbc96af3defed21c2f84a25d76b1af45abc20779a1bf4be7acc3526c2"},
		{[]string{"--config", "custom.yaml", "--sandbox"}, "42003ddfcfb459e8d6981cfa3011d1de9f02574c10fdf94a6c281a110bd772e1", "f37a3107a463a9609b44a58de914795396ba78ef3772737bc80de44bf659b290", "2005135b27772ae58f6bc62251d62822f19ed9053aefeaa0f9b7b70516d31e9d", "add5bc59522849d6bcee8658e72c35d30888ce624bc801d11f38d99a8cad6950"},
	} {
		c, err := loadedFrom(t, Sections, variables, test.args...)
		if err != nil {
			t.Fatalf("%q: %v", test.args, err)
		}
		for what, pair := range map[string][2]string{
			"config": {c.Digest(), test.digest}, "run": {c.RunDigest(), test.run}, "feed": {c.FeedDigest(), test.feed}, "mapping": {c.MappingDigest(), test.mapping},
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
