package config

import (
	"errors"
	"slices"

	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/quantity"
	"usersync/reader/place"
)

func (o *Output) settings() []Setting {
	return []Setting{
		{Key: "runs_dir", Group: GroupOutput, Flag: runsDirFlag, Kind: Path, Value: "DIR", Default: "runs", Global: true,
			Commands: BetweenParts | ForLedger | ForVerify | ForPublish,
			Use:      "directory for the directories of the runs; the default is next to the config file, or in the working directory without one",
			Set:      Into(&o.RunsDir, parseRunsDir)},
		{Key: "artifacts_ttl", Group: GroupOutput, Flag: "artifacts-ttl", Value: "TIME",
			Use: "when a run finishes, remove run directories older than this, such as 90d; without it, keep all",
			Set: Into(&o.ArtifactsTTL, quantity.ParseDays)},
		{Key: "publish", Group: GroupOutput, Flag: publishFlag, Kind: Place, Value: "URL", Global: true, Added: true, Commands: BetweenParts | ForPublish,
			Use: "when a run finishes, upload results, rejects, report and summary to a folder of its name under this URL, such as s3://bucket/runs; they stay in --runs-dir, too",
			Set: Into(&o.Publish, parsePublish)},
		{Key: "results", Group: GroupOutput, Common: true, Flag: "results", Kind: Path, Value: "FILE", Global: true, Commands: ForApply,
			Use: "second copy of the results: a file, replaced when the run ends, or - for standard output",
			Set: Into(&o.Results, parseResults)},
		{Key: "results_format", Group: GroupOutput, Flag: "results-format", Value: "NAME", Default: "csv", Words: []string{"csv", "jsonl"},
			Identifies: FeedIdentity,
			Use:        "format of the results",
			Set:        IntoString(&o.ResultsFormat)},
		{Key: "rejects_secrets", Group: GroupOutput, Flag: "rejects-secrets", Value: "NAME", Default: "mask", Words: []string{"mask", "keep"},
			Identifies: FeedIdentity,
			Use:        "mask or keep the cells of secret fields in rejects",
			Set:        IntoString(&o.RejectsSecrets)},
		{Key: "redact_ids", Group: GroupOutput, Flag: "redact-ids", Kind: Bool, Default: "false", Identifies: RunIdentity, Added: true,
			Use: "replace ids by pseudonyms in results, in lists of users to delete and in what plan shows; explain still finds them",
			Set: IntoBool(&o.RedactIDs)},
		{Key: "dump", Group: GroupOutput, Flag: "dump", Value: "WHAT", Words: []string{"headers", "bodies", "errors"}, Added: true, Commands: BetweenParts,
			Use: "describe calls in traffic.jsonl of the run directory, without values and secrets: headers of all, bodies too, or those that fail (errors)",
			Set: IntoString(&o.Dump)},
		{Key: "allow_rejects", Group: GroupOutput, Common: true, Flag: "allow-rejects", Value: "N|N%", Default: "0", Commands: BetweenParts,
			Use: "how many invalid or refused users, as a count or a percentage, still count as success",
			Set: Into(&o.AllowRejects, quantity.ParseShare)},
		{Key: "json", Group: GroupOutput, Common: true, Flag: "json", Kind: Bool, Default: "false", Global: true, Commands: BetweenParts,
			Use: "print the summary as JSON on standard output",
			Set: IntoBool(&o.JSON)},
	}
}

// parseRunsDir refuses a URL: the journal must be on disk before each call.
func parseRunsDir(text string) (string, error) {
	if place.Is(text) {
		return "", errors.New("runs_dir must be a local directory, which --publish copies to a URL")
	}
	return text, nil
}

func parseResults(text string) (string, error) {
	if place.Is(text) {
		return "", errors.New("results must be a local file; --publish uploads those of a run to a URL")
	}
	return text, nil
}

func parsePublish(text string) (string, error) {
	if !place.Is(text) {
		return "", errors.New("must be a URL such as s3://bucket/runs; the files are in --runs-dir in any case")
	}
	return text, nil
}

// Check refuses to write both results and summary to standard output.
func (o *Output) Check() error {
	if o.JSON && o.Results == "-" {
		return exit.Usage(errors.New("read settings: --json and --results - both write to standard output"), "keep one of them", "usersync run --help")
	}
	return nil
}

func (l *Log) settings() []Setting {
	return []Setting{
		{Key: "progress", Group: GroupOutput, Flag: "progress", Value: "WHEN", Default: "auto", Words: []string{"auto", "always", "never"},
			Global: true, Commands: BetweenParts,
			Use: "when to show progress; auto is a moving line on a terminal, otherwise a plain line every 30 s",
			Set: IntoString(&l.Progress)},
		{Key: "quiet", Group: GroupOutput, Common: true, Flag: "quiet", Letter: "q", Kind: Bool, Default: "false", Global: true, Added: true, Commands: BetweenParts,
			Use: "print nothing on standard error but errors, and after a run that did not end with exit code 0 what is wrong, the hint and the next command",
			Set: IntoBool(&l.Quiet)},
		l.format(),
		{Key: "log_level", Group: GroupOutput, Flag: "log-level", Value: "LEVEL", Default: "warn", Words: []string{"debug", "info", "warn", "error"},
			Global: true, Commands: BetweenParts,
			Use: "least severe level to log",
			Set: IntoString(&l.Level)},
	}
}

func (l *Log) format() Setting {
	return Setting{Key: "log_format", Group: GroupOutput, Flag: "log-format", Value: "NAME", Default: "console", Words: []string{"console", logJSON},
		Global: true, Commands: BetweenParts | ForLedger | ForVerify,
		Use: "format of the log on standard error; json makes every line there JSON, including errors and the report",
		Set: IntoString(&l.Format)}
}

const logJSON = "json"

// FilesRead are the files that a run of the paths reads besides its input.
func (c *Config) FilesRead(paths []string) []string {
	read := slices.Concat([]string{c.File, c.Network.CA, c.Network.Cert, c.Network.Key}, c.ValueFiles, c.Proof.files(paths))
	return slices.DeleteFunc(read, func(path string) bool { return path == "" })
}
