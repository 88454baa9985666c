package config

import (
	"errors"
	"slices"

	"usersync/cmd/usersync/internal/exit"
	"usersync/cmd/usersync/internal/quantity"
	"usersync/cmd/usersync/internal/setting"
	"usersync/reader/place"
)

func (o *Output) settings() []setting.Setting {
	return []setting.Setting{
		{Key: "runs_dir", Group: setting.GroupOutput, Flag: runsDirFlag, Kind: setting.Path, Value: "DIR", Default: "runs", Global: true,
			Commands: setting.BetweenParts | setting.ForLedger | setting.ForVerify | setting.ForPublish,
			Use:      "directory for the directories of the runs; the default is next to the config file, or in the working directory without one",
			Set:      setting.Into(&o.RunsDir, parseRunsDir)},
		{Key: "artifacts_ttl", Group: setting.GroupOutput, Flag: "artifacts-ttl", Value: "TIME",
			Use: "when a run finishes, remove run directories older than this, such as 90d; without it, keep all",
			Set: setting.Into(&o.ArtifactsTTL, quantity.ParseDays)},
		{Key: "publish", Group: setting.GroupOutput, Flag: publishFlag, Kind: setting.Place, Value: "URL", Global: true, Added: true, Commands: setting.BetweenParts | setting.ForPublish,
			Use: "when a run finishes, upload results, rejects, report and summary to a folder of its name under this URL, such as s3://bucket/runs; they stay in --runs-dir, too",
			Set: setting.Into(&o.Publish, parsePublish)},
		{Key: "results", Group: setting.GroupOutput, Common: true, Flag: "results", Kind: setting.Path, Value: "FILE", Global: true, Commands: setting.ForApply,
			Use: "second copy of the results: a file, replaced when the run ends, or - for standard output",
			Set: setting.Into(&o.Results, parseResults)},
		{Key: "results_format", Group: setting.GroupOutput, Flag: "results-format", Value: "NAME", Default: "csv", Words: []string{"csv", "jsonl"},
			Identifies: setting.FeedIdentity,
			Use:        "format of the results",
			Set:        setting.IntoString(&o.ResultsFormat)},
		{Key: "rejects_secrets", Group: setting.GroupOutput, Flag: "rejects-secrets", Value: "NAME", Default: "mask", Words: []string{"mask", "keep"},
			Identifies: setting.FeedIdentity,
			Use:        "mask or keep the cells of secret fields in rejects",
			Set:        setting.IntoString(&o.RejectsSecrets)},
		{Key: "redact_ids", Group: setting.GroupOutput, Flag: "redact-ids", Kind: setting.Bool, Default: "false", Identifies: setting.RunIdentity, Added: true,
			Use: "replace ids by pseudonyms in results, in lists of users to delete and in what plan shows; explain still finds them",
			Set: setting.IntoBool(&o.RedactIDs)},
		{Key: "dump", Group: setting.GroupOutput, Flag: "dump", Value: "WHAT", Words: []string{"headers", "bodies", "errors"}, Added: true, Commands: setting.BetweenParts,
			Use: "describe calls in traffic.jsonl of the run directory, without values and secrets: headers of all, bodies too, or those that fail (errors)",
			Set: setting.IntoString(&o.Dump)},
		{Key: "allow_rejects", Group: setting.GroupOutput, Common: true, Flag: "allow-rejects", Value: "N|N%", Default: "0", Commands: setting.BetweenParts,
			Use: "how many invalid or refused users, as a count or a percentage, still count as success",
			Set: setting.Into(&o.AllowRejects, quantity.ParseShare)},
		{Key: "json", Group: setting.GroupOutput, Common: true, Flag: "json", Kind: setting.Bool, Default: "false", Global: true, Commands: setting.BetweenParts,
			Use: "print the summary as JSON on standard output",
			Set: setting.IntoBool(&o.JSON)},
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
		return "", errors.New("must be a URL such as s3://bucket/runs or sftp://host/runs, and not a local path; the files are in --runs-dir in any case")
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

func (l *Log) settings() []setting.Setting {
	return []setting.Setting{
		{Key: "progress", Group: setting.GroupOutput, Flag: "progress", Value: "WHEN", Default: "auto", Words: []string{"auto", "always", "never"},
			Global: true, Commands: setting.BetweenParts,
			Use: "when to show progress; auto is a moving line on a terminal, otherwise a plain line every 30 s",
			Set: setting.IntoString(&l.Progress)},
		{Key: "quiet", Group: setting.GroupOutput, Common: true, Flag: "quiet", Letter: "q", Kind: setting.Bool, Default: "false", Global: true, Added: true, Commands: setting.BetweenParts,
			Use: "print nothing on standard error but errors, and after a run that did not end with exit code 0 what is wrong, the hint and the next command",
			Set: setting.IntoBool(&l.Quiet)},
		l.format(),
		{Key: "log_level", Group: setting.GroupOutput, Flag: "log-level", Value: "LEVEL", Default: "warn", Words: []string{"debug", "info", "warn", "error"},
			Global: true, Commands: setting.BetweenParts,
			Use: "least severe level to log",
			Set: setting.IntoString(&l.Level)},
	}
}

func (l *Log) format() setting.Setting {
	return setting.Setting{Key: "log_format", Group: setting.GroupOutput, Flag: "log-format", Value: "NAME", Default: "console", Words: []string{"console", logJSON},
		Global: true, Commands: setting.BetweenParts | setting.ForLedger | setting.ForVerify,
		Use: "format of the log on standard error; json makes every line there JSON, including errors and the report",
		Set: setting.IntoString(&l.Format)}
}

const logJSON = "json"

// FilesRead are the files that a run of the paths reads besides its input.
func (c *Config) FilesRead(paths []string) []string {
	read := slices.Concat([]string{c.File, c.Network.CA, c.Network.Cert, c.Network.Key}, c.found.Files, c.Proof.files(paths))
	return slices.DeleteFunc(read, func(path string) bool { return path == "" })
}
