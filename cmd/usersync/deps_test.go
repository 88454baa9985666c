package main

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// depsOrder is the order of the packages: a package may import those on the lines above
// its own, and no others of ours. So there can be no import cycle.
const depsOrder = `
	sync/pseudonym
	sync/user sync/identity sync/address sync/pace/ratelimit sync/guard sync/filelock sync/ledger/rowset sync/ledger/idset sync/ledger/ledgertest reader/frame reader/proof reader/dialect reader/page writer/rundir writer/linelog sync/sandbox sync/destination/problem
	sync/fingerprint sync/protect sync/destination/vocabulary sync/visible sync/telemetry reader/mapping/expression
	reader/place
	reader/place/web reader/place/sftp reader/place/bucket reader/place/placetest
	reader/place/scheme
	sync/pace sync/plausible sync/repeat reader/damage reader/between reader/values reader/workbook sync/destination/traffic
	sync/pace/shared reader/source
	sync/ledger/internal/database
	sync/ledger/internal/keyfile sync/ledger/internal/lease sync/ledger/internal/registry
	sync/ledger/internal/scope
	sync/ledger/internal/entries sync/ledger/internal/recurring
	sync/ledger/internal/change
	sync/ledger/internal/rename sync/ledger/internal/transfer sync/ledger/internal/stored
	sync/journal sync/ledger sync/destination reader/mapping writer writer/index writer/attempts sync/sandbox/konstantly sync/sandbox/onbo sync/sandbox/scim sync/sandbox/shapes
	sync/lookalike sync/parking writer/codes
	writer/cause
	sync/destination/verdict sync/destination/parallel sync/destination/wait
	sync/destination/limited sync/destination/owned sync/destination/split sync/destination/attested sync/destination/canary
	sync/destination/scanned
	sync/checkpoint sync/mirror sync/plan sync/engine sync/destination/rest sync/destination/stack sync/destination/destinationtest/stage reader/object reader/reject reader/table writer/report
	sync/destination/destinationtest/expect sync/destination/destinationtest/wired
	sync/destination/scim/internal/resource sync/destination/custom/internal/form sync/destination/custom/internal/document sync/destination/custom/internal/jsontree
	sync/destination/scim/internal/target sync/destination/custom/internal/signature sync/destination/custom/internal/request
	sync/destination/custom/internal/answer
	sync/destination/kard sync/destination/konstantly sync/destination/onbo sync/destination/scim sync/destination/custom sync/destination/destinationtest reader writer/progress writer/verify writer/page
	cmd/usersync/internal/cgroup cmd/usersync/internal/exit cmd/usersync/internal/help cmd/usersync/internal/list cmd/usersync/internal/quantity
	cmd/usersync/internal/pod
	cmd/usersync/internal/setting/internal/document cmd/usersync/internal/setting/internal/reference
	cmd/usersync/internal/setting
	cmd/usersync/internal/config
	cmd/usersync/internal/config/configtest
	cmd/usersync/internal/connect
	cmd/usersync/internal/profile cmd/usersync/internal/inventory
	cmd/usersync/internal/draft cmd/usersync/internal/history cmd/usersync/internal/input cmd/usersync/internal/protected cmd/usersync/internal/view
	cmd/usersync/internal/check cmd/usersync/internal/erasure cmd/usersync/internal/explain cmd/usersync/internal/scrub cmd/usersync/internal/publish cmd/usersync/internal/output cmd/usersync/internal/preview cmd/usersync/internal/rescope cmd/usersync/internal/retry cmd/usersync/internal/shards cmd/usersync/internal/terminal
	cmd/usersync/internal/apply cmd/usersync/internal/earlier cmd/usersync/internal/ownership cmd/usersync/internal/summary
	cmd/usersync/internal/run
	cmd/usersync/internal/advice cmd/usersync/internal/reports cmd/usersync/internal/notify cmd/usersync/internal/metrics
	cmd/usersync/internal/otlp
	cmd/usersync/internal/afterwards cmd/usersync/internal/lookup cmd/usersync/internal/message
	cmd/usersync/internal/job
	cmd/usersync
`

// depsRules is a statement of policy: which folder may import which.
//
// "a < b" means that b may import a and everything that a may import. "a !< b" means
// that b must not import a, whatever the other lines say; there a/... is a and every
// folder below it, and NOT excepts a folder. Every folder must be on a line. Do not
// change these lines to make a build pass.
const depsRules = `
	# What is shown in place of an id depends on nothing.
	NONE < sync/pseudonym < sync/identity;

	NONE < sync/filelock, sync/ledger/rowset, sync/ledger/idset, sync/ledger/ledgertest, sync/guard, sync/user, sync/address, sync/pace/ratelimit, sync/sandbox, reader/frame, reader/proof, reader/dialect, reader/page, writer/rundir;

	sync/user < reader/mapping, sync/destination, sync/fingerprint, sync/journal, writer;
	sync/identity < reader/mapping, sync/destination, sync/fingerprint, sync/journal, writer;
	sync/identity < sync/protect < sync/destination/stack, sync/mirror;
	sync/fingerprint < sync/ledger/internal/database < sync/ledger/internal/keyfile, sync/ledger/internal/lease, sync/ledger/internal/registry;
	sync/filelock < sync/ledger/internal/lease;

	# Neither the headers of an answer nor an address depend on anything of ours; a
	# mapping's expressions know only values.
	# A limit that is shared is passed a database, and knows no ledger.
	sync/pace/ratelimit < sync/pace < sync/pace/shared < cmd/usersync/internal/connect;
	sync/ledger !< sync/pace/shared;
	sync/address < sync/journal;
	sync/user < reader/mapping/expression < reader/mapping;

	# What a terminal would obey or hide is escaped in one place, for all that people read.
	sync/identity < sync/visible < reader, writer/report, writer/progress, sync/plan, sync/destination/rest, cmd/usersync/internal/exit;

	# What may be shown of an API's words is decided once, for every client.
	sync/user, sync/identity < sync/destination/vocabulary < sync/destination/traffic < sync/destination/rest;
	sync/ledger/internal/lease, sync/ledger/internal/registry < sync/ledger/internal/scope;
	sync/ledger/internal/lease < sync/ledger/internal/stored < sync/ledger;
	sync/ledger/internal/scope, sync/ledger/rowset, sync/ledger/idset < sync/ledger/internal/entries < sync/ledger/internal/change;
	sync/ledger/internal/scope < sync/ledger/internal/recurring;
	sync/ledger/internal/change, sync/ledger/internal/recurring < sync/ledger/internal/rename, sync/ledger/internal/transfer;
	sync/filelock, sync/ledger/internal/keyfile, sync/ledger/internal/rename, sync/ledger/internal/transfer < sync/ledger;

	# The packages that split files and objects know neither file names nor records.
	sync/user, reader/mapping < reader/object;
	reader/frame, reader/page < reader/values;
	reader/frame < reader/workbook < reader/source;

	# A place knows no protocol and a protocol no other; only scheme knows them all, and only the
	# edge knows scheme.
	sync/user < reader/place < reader/source, cmd/usersync/internal/setting/internal/reference;
	reader/place < reader/place/web, reader/place/sftp, reader/place/bucket, reader/place/placetest;
	reader/place/web, reader/place/sftp, reader/place/bucket < reader/place/scheme < cmd/usersync;
	reader/frame, sync/user < reader/damage;
	reader/frame, reader/dialect < reader/between;
	reader/damage, reader/dialect, reader/mapping < reader/reject;
	reader/damage, reader/between < reader/table;
	reader/object, reader/source, reader/values, reader/reject, reader/table, reader/proof < reader;

	# Why records were rejected is worked out from outcomes alone.
	writer/codes < writer/cause < writer/report;

	# An index knows neither results nor files: only where a row begins.
	sync/identity < writer/index;
	NONE < writer/linelog < writer/attempts;

	# What codes mean is known without writing any. Which of them a retry can cure decides
	# what is parked.
	sync/user < writer/codes < cmd/usersync/internal/explain, cmd/usersync/internal/preview, cmd/usersync;

	# Reports know how outcomes are written; the writer knows no reports.
	sync/user, writer < writer/report < writer/progress, writer/verify, writer/page;
	writer/progress !< writer/verify;

	# The sync packages get records and give outcomes: they know neither files nor formats.
	reader/..., writer/..., cmd/... !< sync/...;

	# Reader and writer know neither each other nor their callers.
	writer/..., sync/engine, sync/destination/... !< reader/...;
	reader/..., sync/engine, sync/destination/... !< writer/...;

	# What problem details say is read without knowing any API.
	NONE < sync/destination/problem < sync/destination/rest;

	# The clients do not know each other.
	sync/destination
	< sync/destination/rest
	< sync/destination/kard, sync/destination/konstantly, sync/destination/onbo, sync/destination/scim, sync/destination/custom;

	# What a config says about an API is read in parts that know neither the section nor each
	# other, except that an answer may hold what the request sent. None of them makes calls.
	sync/destination/rest
	< sync/destination/custom/internal/form, sync/destination/custom/internal/document, sync/destination/custom/internal/jsontree
	< sync/destination/custom/internal/request < sync/destination/custom/internal/answer < sync/destination/custom;
	sync/destination/custom/internal/document < sync/destination/custom/internal/signature < sync/destination/custom;

	# A SCIM user and its paths know no calls.
	sync/destination/rest < sync/destination/scim/internal/resource < sync/destination/scim/internal/target < sync/destination/scim;

	# What is observed of calls knows neither who makes them nor who is told.
	sync/user < sync/telemetry < sync/pace, sync/destination/wait, sync/destination/limited, sync/destination/split, sync/destination/rest, sync/engine;

	# Middleware knows no client, and no client knows its middleware. One piece knows another
	# only from the API outwards; stack alone knows them all.
	NONE < sync/destination/parallel;
	sync/user, sync/destination < sync/destination/verdict;
	sync/destination/verdict < sync/destination/limited, sync/destination/owned, sync/destination/split;
	sync/destination/verdict, sync/destination/wait < sync/destination/canary;
	sync/destination/parallel, sync/destination/verdict < sync/destination/attested;
	sync/destination/limited, sync/destination/owned, sync/destination/wait < sync/destination/scanned;
	sync/destination/scanned, sync/destination/split, sync/destination/attested, sync/destination/canary, sync/protect
	< sync/destination/stack < sync/destination/destinationtest/wired;
	NONE < sync/destination/destinationtest/stage;
	sync/user, sync/destination < sync/destination/destinationtest/expect;
	sync/destination/destinationtest/stage, sync/destination/destinationtest/expect, sync/destination/destinationtest/wired
	< sync/destination/destinationtest;
	sync/destination/wait < cmd/usersync/internal/connect;
	sync/destination/stack, sync/destination/verdict, sync/destination/limited, sync/destination/owned,
	sync/destination/scanned, sync/destination/split, sync/destination/attested, sync/destination/canary
	!< sync/destination, sync/destination/rest, sync/destination/kard, sync/destination/onbo,
	   sync/destination/konstantly, sync/destination/scim, sync/destination/custom;

	# The conformance suite knows neither clients nor sandboxes: the client's test passes them in.
	sync/user, sync/destination < sync/destination/destinationtest;

	# The engine has interfaces for what it needs.
	sync/user, sync/destination, sync/destination/parallel, sync/guard, sync/repeat < sync/engine;
	sync/fingerprint < sync/repeat < cmd/usersync/internal/check;

	# The sandbox server knows only its first API; the others are passed in.
	sync/sandbox < sync/sandbox/onbo, sync/sandbox/konstantly, sync/sandbox/scim, sync/sandbox/shapes;

	# The rules of a run know neither files nor formats.
	sync/destination/parallel, sync/journal, sync/parking < sync/checkpoint;
	sync/ledger < sync/parking < cmd/usersync/internal/preview;
	sync/ledger < sync/lookalike < cmd/usersync/internal/preview, cmd/usersync/internal/check;
	sync/guard, sync/ledger < sync/mirror;
	sync/journal, sync/ledger < sync/plan;

	# A misreading of an API must not be able to agree with itself.
	sync/sandbox/... !< sync/destination/...;
	sync/destination/... !< sync/sandbox/...;

	# How a command ends: words and exit codes, no rules.
	reader/mapping, sync/destination/parallel < cmd/usersync/internal/exit;

	# What a container wants from its first process is done without knowing any setting. A
	# message about an ending is made from a summary.
	NONE < cmd/usersync/internal/cgroup < cmd/usersync;
	writer/report, cmd/usersync/internal/exit < cmd/usersync/internal/pod < cmd/usersync;

	# The package that reads a list given by a person knows no setting and no ledger.
	sync/identity, writer < cmd/usersync/internal/list;

	# How help is laid out, of whatever commands and flags there are.
	writer/codes < cmd/usersync/internal/help;

	# The text of a config file, and what its values lead to, are read without knowing any setting.
	cmd/usersync/internal/exit < cmd/usersync/internal/setting/internal/document < cmd/usersync/internal/setting;
	sync/user < cmd/usersync/internal/setting/internal/reference < cmd/usersync/internal/setting;

	# How a value is found knows no particular setting.
	reader/mapping, cmd/usersync/internal/quantity, cmd/usersync/internal/exit, cmd/usersync/internal/help
	< cmd/usersync/internal/setting < cmd/usersync/internal/config;

	# Settings know no API: each one passes in its section, and only connect knows them all.
	reader/source, reader/dialect < cmd/usersync/internal/quantity < cmd/usersync/internal/config;
	reader, sync/mirror, cmd/usersync/internal/exit, cmd/usersync/internal/help < cmd/usersync/internal/config
	< cmd/usersync/internal/config/configtest;
	writer/report, sync/ledger, sync/journal, sync/pace, sync/destination/stack,
	sync/destination/kard, sync/destination/konstantly, sync/destination/onbo, sync/destination/scim, sync/destination/custom,
	sync/sandbox/konstantly, sync/sandbox/onbo, sync/sandbox/scim, sync/sandbox/shapes, cmd/usersync/internal/config
	< cmd/usersync/internal/connect;
	sync/destination/kard, sync/destination/konstantly, sync/destination/onbo, sync/destination/scim, sync/destination/custom,
	sync/sandbox/konstantly, sync/sandbox/onbo, sync/sandbox/scim, sync/sandbox/shapes
	!< cmd/..., NOT cmd/usersync/internal/connect;

	# profile counts what columns hold, whoever asks.
	sync/user, sync/identity, reader < cmd/usersync/internal/profile < cmd/usersync/internal/draft, cmd/usersync/internal/check;

	# What a value looks like is known without any API; who sends it decides what follows.
	sync/user, sync/identity < sync/plausible < cmd/usersync/internal/connect, cmd/usersync/internal/draft;

	# draft writes a config from a header, for an API that connect knows.
	cmd/usersync/internal/connect < cmd/usersync/internal/draft;
	sync/engine !< cmd/usersync/internal/draft;

	# history, which reads earlier runs, and erasure, which removes a user from them, send nothing.
	reader, sync/journal, sync/ledger, sync/checkpoint, writer/rundir, writer/verify, cmd/usersync/internal/config
	< cmd/usersync/internal/history
	< cmd/usersync/internal/erasure;
	sync/plan < cmd/usersync/internal/erasure;
	sync/engine, sync/destination/..., cmd/usersync/internal/connect !< cmd/usersync/internal/history, cmd/usersync/internal/erasure;

	# What is known about a user is read from the files of runs; nothing is sent, and the
	# command passes in what the ledger holds.
	writer/index < cmd/usersync/internal/output;
	writer/index < writer/verify, cmd/usersync/internal/history;
	writer/index, writer/attempts < cmd/usersync/internal/erasure;
	writer/attempts, sync/destination/traffic < cmd/usersync/internal/output;
	writer/index, writer/attempts, cmd/usersync/internal/history < cmd/usersync/internal/explain < cmd/usersync;
	sync/engine, cmd/usersync/internal/connect !< cmd/usersync/internal/explain;
	cmd/usersync/internal/explain, cmd/usersync/internal/advice, cmd/usersync/internal/connect, sync/pseudonym < cmd/usersync/internal/lookup < cmd/usersync;

	# A table of what the ledger holds is made from what it has said.
	cmd/usersync/internal/config, sync/parking < cmd/usersync/internal/inventory < cmd/usersync/internal/lookup;
	sync/engine, cmd/usersync/internal/connect !< cmd/usersync/internal/inventory;

	# What may be published of a run is decided without knowing any API or setting.
	writer/attempts, sync/destination/vocabulary, cmd/usersync/internal/history < cmd/usersync/internal/scrub < cmd/usersync;
	sync/engine, cmd/usersync/internal/connect !< cmd/usersync/internal/scrub;

	# A copy of what a run has left knows no setting, and nothing depends on it.
	reader/place, writer/rundir < cmd/usersync/internal/publish < cmd/usersync;

	# input and check send nothing. A preview runs the engine without calls that change anything,
	# and writes no checkpoints; a run does both.
	cmd/usersync/internal/connect < cmd/usersync/internal/input;
	cmd/usersync/internal/input < cmd/usersync/internal/check;
	sync/protect, cmd/usersync/internal/config < cmd/usersync/internal/protected < cmd/usersync/internal/preview;
	sync/engine, cmd/usersync/internal/connect !< cmd/usersync/internal/protected;
	sync/engine !< cmd/usersync/internal/input, cmd/usersync/internal/check;
	sync/engine, sync/plan, cmd/usersync/internal/input, cmd/usersync/internal/history < cmd/usersync/internal/preview;
	sync/checkpoint !< cmd/usersync/internal/preview;
	writer/progress, cmd/usersync/internal/preview < cmd/usersync/internal/run;

	# The files of a run, and its view of the ledger, are parts of it that send nothing.
	sync/engine, sync/destination/owned, cmd/usersync/internal/history < cmd/usersync/internal/output < cmd/usersync/internal/run;
	sync/mirror, sync/ledger, sync/destination/attested < cmd/usersync/internal/view < cmd/usersync/internal/run;
	cmd/usersync/internal/connect !< cmd/usersync/internal/output, cmd/usersync/internal/view;

	# What a run sends again, whether a plan still fits, and what earlier runs have left is found
	# out before anything is sent.
	cmd/usersync/internal/input, cmd/usersync/internal/history < cmd/usersync/internal/retry < cmd/usersync/internal/lookup;
	cmd/usersync/internal/preview < cmd/usersync/internal/apply, cmd/usersync/internal/earlier < cmd/usersync/internal/run;
	sync/engine !< cmd/usersync/internal/retry, cmd/usersync/internal/apply, cmd/usersync/internal/earlier;

	# What a command prints to while it runs knows no run.
	writer/progress, cmd/usersync/internal/config < cmd/usersync/internal/terminal < cmd/usersync/internal/run;

	# Whose the keys of the API are is found out without a call.
	cmd/usersync/internal/output, cmd/usersync/internal/preview, cmd/usersync/internal/terminal, cmd/usersync/internal/view < cmd/usersync/internal/ownership < cmd/usersync/internal/run;
	sync/engine !< cmd/usersync/internal/ownership;

	# What shards add to a run knows neither how one begins nor how it ends.
	cmd/usersync/internal/input, cmd/usersync/internal/history, sync/engine < cmd/usersync/internal/shards < cmd/usersync/internal/run;
	cmd/usersync/internal/output, cmd/usersync/internal/preview !< cmd/usersync/internal/shards;

	# A summary is made of what a run has counted, and knows no run.
	cmd/usersync/internal/retry, cmd/usersync/internal/output, cmd/usersync/internal/preview
	< cmd/usersync/internal/summary < cmd/usersync/internal/run;
	sync/checkpoint, sync/journal !< cmd/usersync/internal/summary;

	# A scope is moved after its unfinished runs are absorbed; nothing is sent.
	cmd/usersync/internal/connect, cmd/usersync/internal/history < cmd/usersync/internal/rescope < cmd/usersync;
	sync/engine !< cmd/usersync/internal/rescope;

	# The table of errors knows every package that has errors of its own, and no command.
	cmd/usersync/internal/erasure, cmd/usersync/internal/run < cmd/usersync/internal/advice < cmd/usersync;

	# What to do after a run depends on its error and on what it was.
	cmd/usersync/internal/advice, cmd/usersync/internal/connect < cmd/usersync/internal/afterwards < cmd/usersync;

	# Metrics are made from what a summary says.
	writer/report, writer/codes, cmd/usersync/internal/exit < cmd/usersync/internal/metrics < cmd/usersync;
	sync/telemetry, cmd/usersync/internal/metrics < cmd/usersync/internal/otlp < cmd/usersync;
	sync/engine, cmd/usersync/internal/run, cmd/usersync/internal/config !< cmd/usersync/internal/metrics;

	# Who is told how a run ended is decided when it is over.
	# Pages are made from summaries alone: who writes them reads no results.
	writer/page, writer/rundir, cmd/usersync/internal/history < cmd/usersync/internal/reports < cmd/usersync;
	cmd/usersync/internal/run, sync/engine !< cmd/usersync/internal/reports;
	cmd/usersync/internal/config, writer/report, writer/rundir < cmd/usersync/internal/notify < cmd/usersync;
	sync/engine, cmd/usersync/internal/run !< cmd/usersync/internal/notify;

	# How an error is shown depends on its entry in the table, and on no command.
	cmd/usersync/internal/advice, cmd/usersync/internal/terminal < cmd/usersync/internal/message;

	# A job connects a run with all that is told of it. It knows no command.
	cmd/usersync/internal/afterwards, cmd/usersync/internal/message, cmd/usersync/internal/metrics, cmd/usersync/internal/notify,
	cmd/usersync/internal/otlp, cmd/usersync/internal/pod, cmd/usersync/internal/publish, cmd/usersync/internal/reports
	< cmd/usersync/internal/job < cmd/usersync;

	# The edge ties everything together.
	sync/sandbox, cmd/usersync/internal/check, cmd/usersync/internal/draft, cmd/usersync/internal/erasure, cmd/usersync/internal/run,
	cmd/usersync/internal/list
	< cmd/usersync;
`

func TestImportsKeepThePolicy(t *testing.T) {
	may, never := parsePolicy(depsRules)
	imports := importsOf(t, filepath.Join("..", ".."))
	if !slices.Contains(imports["cmd/usersync"], "sync/user") {
		t.Fatal("the test does not find the import of sync/user in this package")
	}
	for _, v := range slices.Concat(violations(imports, may, never), upward(imports, depsOrder), missing(imports, depsOrder)) {
		t.Error(v)
	}
}

// What the rules allow follows the order, too.
func TestPolicyHasNoCircle(t *testing.T) {
	may, _ := parsePolicy(depsRules)
	for _, v := range upward(may.lists(), depsOrder) {
		t.Errorf("allowed by the rules: %s", v)
	}
}

// Each rule is tested for what it forbids.
func TestPolicyFindsWhatItForbids(t *testing.T) {
	may, never := parsePolicy(depsRules)
	used := map[int]bool{}
	for _, c := range [][2]string{
		{"sync/destination/kard", "sync/sandbox"},
		{"sync/user", "sync/destination"},
		{"reader", "writer"},
		{"writer", "sync/engine"},
		{"writer", "reader"},
		{"writer/report", "reader"},
		{"writer/verify", "writer/progress"},
		{"writer/rundir", "sync/user"},
		{"sync/engine", "sync/pace"},
		{"sync/engine", "sync/ledger"},
		{"sync/sandbox", "sync/sandbox/scim"},
		{"sync/sandbox/scim", "sync/destination/rest"},
		{"sync/sandbox/shapes", "sync/sandbox/onbo"},
		{"sync/ledger", "sync/destination/destinationtest"},
		{"sync/destination/onbo", "sync/destination/stack"},
		{"sync/destination/stack", "sync/destination/rest"},
		{"sync/destination/attested", "sync/destination/stack"},
		{"sync/destination/kard", "sync/destination/limited"},
		{"sync/destination/destinationtest", "sync/destination/kard"},
		{"sync/guard", "sync/user"},
		{"sync/identity", "sync/user"},
		{"sync/checkpoint", "writer/rundir"},
		{"sync/journal", "cmd/usersync/internal/exit"},
		{"sync/destination/scim", "sync/destination/kard"},
		{"sync/sandbox/onbo", "sync/destination/stack"},
		{"sync/mirror", "reader"},
		{"sync/plan", "sync/mirror"},
		{"cmd/usersync", "sync/destination/kard"},
		{"cmd/usersync/internal/exit", "cmd/usersync/internal/config"},
		{"cmd/usersync/internal/config", "sync/destination/scim"},
		{"cmd/usersync/internal/connect", "cmd/usersync/internal/history"},
		{"cmd/usersync/internal/history", "cmd/usersync/internal/connect"},
		{"cmd/usersync/internal/erasure", "sync/engine"},
		{"cmd/usersync/internal/input", "sync/engine"},
		{"cmd/usersync/internal/preview", "sync/checkpoint"},
		{"cmd/usersync/internal/preview", "cmd/usersync/internal/run"},
		{"cmd/usersync/internal/run", "sync/destination/kard"},
		{"cmd/usersync/internal/run", "cmd/usersync/internal/erasure"},
		{"cmd/usersync/internal/erasure", "cmd/usersync/internal/run"},
		{"cmd/usersync/internal/output", "cmd/usersync/internal/connect"},
		{"cmd/usersync/internal/draft", "sync/engine"},
		{"cmd/usersync/internal/protected", "cmd/usersync/internal/connect"},
		{"cmd/usersync/internal/rescope", "sync/engine"},
		{"cmd/usersync/internal/earlier", "sync/engine"},
		{"cmd/usersync/internal/ownership", "sync/engine"},
		{"cmd/usersync/internal/shards", "cmd/usersync/internal/output"},
		{"cmd/usersync/internal/terminal", "cmd/usersync/internal/run"},
		{"cmd/usersync/internal/summary", "sync/checkpoint"},
		{"cmd/usersync/internal/explain", "cmd/usersync/internal/connect"},
		{"cmd/usersync/internal/scrub", "cmd/usersync/internal/connect"},
		{"cmd/usersync/internal/notify", "cmd/usersync/internal/run"},
		{"cmd/usersync/internal/quantity", "cmd/usersync/internal/config"},
		{"cmd/usersync/internal/setting", "cmd/usersync/internal/config"},
		{"cmd/usersync/internal/setting/internal/document", "cmd/usersync/internal/setting"},
		{"cmd/usersync/internal/setting/internal/reference", "cmd/usersync/internal/exit"},
		{"cmd/usersync/internal/terminal", "cmd/usersync/internal/erasure"},
		{"cmd/usersync/internal/inventory", "cmd/usersync/internal/connect"},
		{"cmd/usersync/internal/message", "cmd/usersync/internal/job"},
		{"cmd/usersync/internal/job", "sync/destination/kard"},
		{"cmd/usersync/internal/notify", "sync/engine"},
		{"cmd/usersync/internal/reports", "sync/engine"},
		{"cmd/usersync/internal/metrics", "sync/engine"},
		{"sync/parking", "writer/codes"},
		{"reader/mapping/expression", "reader/mapping"},
		{"sync/pace/ratelimit", "sync/pace"},
		{"sync/pace/shared", "sync/ledger"},
		{"sync/destination/custom/internal/form", "sync/destination/custom"},
		{"sync/destination/custom/internal/answer", "sync/destination/custom"},
		{"sync/destination/custom/internal/request", "sync/destination/custom/internal/answer"},
		{"sync/destination/custom/internal/signature", "sync/destination/custom/internal/request"},
		{"cmd/usersync/internal/input", "sync/engine"},
		{"sync/util", ""},
	} {
		list := slices.DeleteFunc([]string{c[1]}, func(name string) bool { return name == "" })
		if len(violations(map[string][]string{c[0]: list}, may, never)) == 0 {
			t.Errorf("%s may import %q", c[0], c[1])
		}
		for i, rule := range never {
			used[i] = used[i] || rule.forbids(c[0], c[1])
		}
	}
	for i, rule := range never {
		if !used[i] {
			t.Errorf("no case tests the rule %s", rule)
		}
	}
	if later := "cmd/usersync/internal/later"; !slices.ContainsFunc(never, func(b ban) bool { return b.forbids(later, "sync/destination/kard") }) {
		t.Error("a new package of cmd/usersync may import an API")
	}
	fine := map[string][]string{
		"sync/destination/kard":         {"sync/user", "sync/destination", "sync/destination/rest"},
		"cmd/usersync/internal/connect": {"sync/destination/kard"},
	}
	if found := violations(fine, may, never); len(found) > 0 {
		t.Error(found)
	}
}

// An import from the same line, from a line below, or of a folder on no line breaks the
// order.
func TestOrderFindsUpwardImports(t *testing.T) {
	for folder, imported := range map[string]string{
		"reader":                        "cmd/usersync/internal/exit",
		"sync/engine":                   "sync/checkpoint",
		"cmd/usersync/internal/connect": "cmd/usersync",
		"sync/util":                     "sync/user",
		"cmd/usersync":                  "sync/util",
	} {
		if len(upward(map[string][]string{folder: {imported}}, depsOrder)) == 0 {
			t.Errorf("%s may import %s", folder, imported)
		}
	}
	if found := upward(map[string][]string{"reader": {"sync/user", "reader/mapping"}}, depsOrder); len(found) > 0 {
		t.Error(found)
	}
	if len(missing(map[string][]string{"cmd/usersync": nil}, depsOrder)) == 0 {
		t.Error("folders that do not exist are not reported")
	}
}

// The page about the architecture has a line for every package.
func TestArchitectureNamesEveryPackage(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "architecture.md"))
	if err != nil {
		t.Fatal(err)
	}
	named := packagesNamed(string(text))
	for folder := range importsOf(t, filepath.Join("..", "..")) {
		if !named[folder] && !named[path.Dir(folder)+"/*"] {
			t.Errorf("docs/architecture.md does not name %s", folder)
		}
	}
	if packagesNamed("`cmd/a`")["cmd/b"] || !packagesNamed("`sync/{a,b}`, `c/d`")["sync/b"] {
		t.Error("the test does not tell which packages a page names")
	}
}

// packagesNamed returns the code spans of a page, with a{b,c} as two.
func packagesNamed(page string) map[string]bool {
	named := map[string]bool{}
	for i, span := range strings.Split(page, "`") {
		if i%2 == 0 {
			continue
		}
		before, choice, several := strings.Cut(strings.TrimSuffix(span, "}"), "{")
		if !several {
			named[span] = true
			continue
		}
		for name := range strings.SplitSeq(choice, ",") {
			named[before+name] = true
		}
	}
	return named
}
