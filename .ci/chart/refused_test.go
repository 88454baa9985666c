package chart

import (
	"maps"
	"strings"
	"testing"

	"helm.sh/helm/v4/pkg/chart/common/util"
)

// TestRefused has values that must not render, and the words of the error.
func TestRefused(t *testing.T) {
	const postgres = "\nconfig: {ledger: 'postgres://u@db/x', ledger_key: 'env:K'}"
	for name, c := range map[string]struct{ values, want string }{
		"unknown key":                       {"shard: 2", "additional properties 'shard' not allowed"},
		"unknown key below":                 {"cronJob: {shedule: '1 1 * * *'}", "'shedule' not allowed"},
		"unknown key of a secret":           {"secrets: {env: {A: {name: a, kee: b}}}", "not allowed"},
		"shards without PostgreSQL":         {"shards: 2", "shards: 2 needs a ledger that all shards share"},
		"shards with SQLite":                {"shards: 2\nconfig: {ledger: 'sqlite:/data/l.db'}", "shards: 2 needs a ledger"},
		"shards without a ledger":           {"shards: 2\nconfig: {ledger: none}", "shards: 2 needs a ledger"},
		"shards with PostgreSQL in a name":  {"shards: 2\nconfig: {ledger: 'sqlite:/postgres://'}", "shards: 2 needs a ledger"},
		"shards on a volume of one node":    {"shards: 2" + postgres, "write into one runs directory"},
		"shards with a canary":              {"shards: 2\ndata: {existingClaim: s}\nconfig: {ledger: 'postgres://u@db/x', ledger_key: 'env:K', canary: 5}", "do not work with canary"},
		"no shards":                         {"shards: 0", "minimum"},
		"half a shard":                      {"shards: 1.5", "integer"},
		"PostgreSQL without its key":        {"config: {ledger: 'postgresql://u@db/x'}", "config.ledger_key is missing"},
		"deadline at the budget":            {"activeDeadlineSeconds: 3600\nconfig: {max_duration: 1h}", "must be above config.max_duration (3600 seconds)"},
		"deadline below the budget":         {"config: {max_duration: 20h0m1s}", "must be above config.max_duration (72001 seconds)"},
		"deadline below the wait":           {"activeDeadlineSeconds: 3600\nwaitForFile: {path: /exports/a, timeoutSeconds: 3600}", "waitForFile.timeoutSeconds"},
		"deadline below the wait for input": {"config: {wait_for_input: 20h}", "config.wait_for_input"},
		"a secret of a second destination":  {"config: {to: [kard, scim], scim: {auth: {password: hush}}}", "config.scim.auth.password is a secret"},
		"Redis with its password":           {"config: {redis_url: 'redis://:hush@r'}", "config.redis_url is a secret"},
		"grace below a call":                {"config: {timeout: 51s}", "gracePeriodSeconds: 60 must be 10 above config.timeout (51 seconds)"},
		"secret in clear text":              {"config: {kard: {auth: {client_secret: hush}}}", "config.kard.auth.client_secret is a secret"},
		"token in clear text":               {"config: {scim: {auth: {token: hush}}}", "config.scim.auth.token is a secret"},
		"webhook in clear text":             {"config: {notify: {webhook: 'https://hooks.example.com/T0/B0'}}", "config.notify.webhook is a secret"},
		"ledger key in clear text":          {"config: {ledger_key: " + strings.Repeat("ab", 32) + "}", "config.ledger_key is a secret"},
		"token of the feed in clear text":   {"config: {https_token: hush}", "config.https_token is a secret"},
		"key of the feed in clear text":     {"config: {sftp_key: hush}", "config.sftp_key is a secret"},
		"password of the feed":              {"config: {sftp_password: hush}", "config.sftp_password is a secret"},
		"a signed URL":                      {"config: {from: 'https://h/u.csv?sig=hush'}", "config.from has a query"},
		"a signed URL among others":         {"config: {from: [/exports/a, 'https://h/u.csv?sig=hush']}", "config.from has a query"},
		"a place for results with a query":  {"config: {publish: 'https://h/runs?sig=hush'}", "config.publish has a query"},
		"a password among others":           {"config: {from: ['sftp://u:hush@h/a.csv']}", "config.from holds a password"},
		"password in the ledger":            {"config: {ledger: 'postgres://u:hush@db/x', ledger_key: 'env:K'}", "config.ledger holds a password"},
		"password in an address":            {"config: {proxy: 'http://u:hush@proxy:3128'}", "config.proxy holds a password"},
		"secret in the environment":         {"env: [{name: KARD_CLIENT_SECRET, value: hush}]", "KARD_CLIENT_SECRET has its value in clear text"},
		"PGPASSWORD":                        {"env: [{name: PGPASSWORD, value: hush}]", "PGPASSWORD has its value in clear text"},
		"password in a proxy":               {"env: [{name: HTTPS_PROXY, value: 'http://u:hush@p'}]", "HTTPS_PROXY holds a password"},
		"a secret as a value":               {"secrets: {env: {KARD_CLIENT_SECRET: hush}}", "object"},
		"no destination":                    {"config: {to: null}", "config.to is missing"},
		"two configs":                       {"configFile: 'to: kard'", "config and configFile are both set"},
		"a config that is no YAML":          {"config: null\nconfigFile: 'to: ['", "configFile is not YAML"},
		"a secret in the file":              {"config: null\nconfigFile: 'kard: {auth: {token: hush}, base_url: x}'", "config.to is missing"},
		"standard input":                    {"config: {from: '-'}", "standard input"},
		"standard input among others":       {"config: {from: [/exports/a, '-']}", "standard input"},
		"adoption every night":              {"cronJob: {args: [run, --adopt=read]}", "for once"},
		"an id that lost digits":            {"job: {args: [explain, 9007199254740993]}", "maximum"},
		"a sharded retry":                   {"job: {args: [retry], sharded: true}", "for run only"},
		"a file on no volume":               {"input: {enabled: false}\nwaitForFile: {path: /exports/a}", "input.enabled is false"},
		"a shell without a version":         {"shell: {image: busybox}", "pattern"},
		"a shell that is latest":            {"shell: {image: 'busybox:latest'}", "pattern"},
		"no time":                           {"cronJob: {schedule: daily}", "pattern"},
		"metrics at another port":           {"podMonitor: {enabled: true}\nconfig: {metrics: {listen: ':1'}}", "podMonitor.port differ"},
		"metrics without an address":        {"podMonitor: {enabled: true}\nconfig: {metrics: {push: 'http://gw'}}", "needs config.metrics.listen"},
		"root":                              {"runAsUser: 0", "minimum"},
		"digest without its method":         {"image: {digest: 0123}", "image"},
	} {
		t.Run(name, func(t *testing.T) {
			base := parseValues(t, "config: {to: kard}")
			changed := parseValues(t, c.values)
			util.CoalesceTables(changed, base)
			if files, err := nightly.render(maps.Clone(changed)); err == nil {
				t.Errorf("rendered:\n%s", files["cronjob.yaml"])
			} else if !strings.Contains(err.Error(), c.want) {
				t.Errorf("the error is\n%v\nwithout %q", err, c.want)
			} else if strings.Contains(err.Error(), "hush") {
				t.Errorf("the error shows the secret: %v", err)
			}
		})
	}
}

// TestAccepted has neighbours of refused values that must render.
func TestAccepted(t *testing.T) {
	for name, values := range map[string]string{
		"shards on a shared volume":    "shards: 2\ndata: {accessModes: [ReadWriteMany]}\nconfig: {ledger: 'postgres://u@db/x', ledger_key: 'env:K'}",
		"shards on a claim of yours":   "shards: 2\ndata: {existingClaim: shared}\nconfig: {ledger: 'postgresql://db', ledger_key: 'file:/k'}",
		"shards of a mirror":           "shards: 2\ndata: {existingClaim: shared}\nconfig: {ledger: 'postgres://u@db/x', ledger_key: 'env:K', mode: mirror}",
		"deadline above the budget":    "activeDeadlineSeconds: 3601\nconfig: {max_duration: 1h}",
		"grace for a slow call":        "config: {timeout: 50s}",
		"secrets by reference":         "config: {kard: {auth: {client_secret: env:S, token: file:/t}}}",
		"fields of one destination":    "config: {scim: {fields: {password: password}}}",
		"a body with a password":       "config: {custom: {create: {body: {password: '{password}', token: x}, answer: {key: /id}}}}",
		"a field called token":         "config: {fields: {token: Token, password: {column: Pass}}}",
		"a file with a secret":         "env: [{name: SSL_CERT_FILE, value: /ca/ca.pem}, {name: AWS_WEB_IDENTITY_TOKEN_FILE, value: /token}]",
		"a variable from a Secret":     "env: [{name: PGPASSWORD, valueFrom: {secretKeyRef: {name: a, key: b}}}]",
		"secrets of the feed":          "config: {https_token: env:T, sftp_key: file:/k, sftp_password: env:P, from: [env:FEED, 'https://h/u.csv']}",
		"a bucket with parameters":     "config: {from: ['s3://feeds/users.csv?region=eu-west-1']}",
		"a proxy without a password":   "env: [{name: HTTPS_PROXY, value: 'http://proxy:3128'}]",
		"an address with an at sign":   "config: {proxy: 'http://proxy:3128/@a:b'}",
		"a key of TLS":                 "config: {tls: {key: /tls/tls.key}}",
		"adoption once":                "job: {args: [run, --adopt, assume]}",
		"an id that is a number":       "job: {args: [explain, 4711]}",
		"times as Kubernetes has them": "cronJob: {schedule: '@daily'}",
	} {
		t.Run(name, func(t *testing.T) {
			changed := parseValues(t, values)
			util.CoalesceTables(changed, parseValues(t, "config: {to: kard}"))
			rendered(t, changed)
		})
	}
}
