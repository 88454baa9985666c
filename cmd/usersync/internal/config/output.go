package config

import (
	"errors"
	"slices"

	"usersync/cmd/usersync/internal/exit"
)

func (o *Output) settings() []Setting {
	return []Setting{
		{Key: "runs_dir", Flag: runsDirFlag, Kind: Path, Value: "DIR", Default: "runs", Global: true,
			Commands: BetweenParts | ForLedger | ForVerify,
			Use:      "where each run makes its directory; the default lies beside the config file, else in the working directory",
			Set:      IntoString(&o.RunsDir)},
		{Key: "artifacts_ttl", Flag: "artifacts-ttl", Value: "TIME",
			Use: "how old a run's directory may become, such as 90d: a run that is finished removes older ones beside it; without it none is removed",
			Set: Into(&o.ArtifactsTTL, parseDays)},
		{Key: "results", Flag: "results", Kind: Path, Value: "FILE", Global: true, Commands: ForApply,
			Use: "a second copy of the results: a file, replaced when the run is over, or - for standard output",
			Set: IntoString(&o.Results)},
		{Key: "results_format", Flag: "results-format", Value: "NAME", Default: "csv", Words: []string{"csv", "jsonl"},
			Identifies: FeedIdentity,
			Use:        "what the results are written as",
			Set:        IntoString(&o.ResultsFormat)},
		{Key: "rejects_secrets", Flag: "rejects-secrets", Value: "NAME", Default: "mask", Words: []string{"mask", "keep"},
			Identifies: FeedIdentity,
			Use:        "whether cells that feed a secret are masked in rejects, or kept",
			Set:        IntoString(&o.RejectsSecrets)},
		{Key: "allow_rejects", Flag: "allow-rejects", Value: "N|N%", Default: "0", Commands: BetweenParts,
			Use: "invalid and refused users, in number or percent, that still are a success",
			Set: Into(&o.AllowRejects, ParseShare)},
		{Key: "json", Flag: "json", Kind: Bool, Default: "false", Global: true, Commands: BetweenParts,
			Use: "print the summary as JSON on standard output",
			Set: IntoBool(&o.JSON)},
	}
}

// Check refuses two kinds of data on one standard output.
func (o *Output) Check() error {
	if o.JSON && o.Results == "-" {
		return exit.Usage(errors.New("read settings: --json and --results - both want standard output"), "keep one of them", "usersync run --help")
	}
	return nil
}

func (l *Log) settings() []Setting {
	return []Setting{
		{Key: "progress", Flag: "progress", Value: "WHEN", Default: "auto", Words: []string{"auto", "always", "never"},
			Global: true, Commands: BetweenParts,
			Use: "the progress line; auto moves on a terminal, and elsewhere is a plain line every 30 s",
			Set: IntoString(&l.Progress)},
		l.format(),
		{Key: "log_level", Flag: "log-level", Value: "LEVEL", Default: "warn", Words: []string{"debug", "info", "warn", "error"},
			Global: true, Commands: BetweenParts,
			Use: "the least important line that is logged",
			Set: IntoString(&l.Level)},
	}
}

func (l *Log) format() Setting {
	return Setting{Key: "log_format", Flag: "log-format", Value: "NAME", Default: "console", Words: []string{"console", logJSON},
		Global: true, Commands: BetweenParts | ForLedger | ForVerify,
		Use: "what the log on standard error looks like; json makes each line there JSON, errors and the report too",
		Set: IntoString(&l.Format)}
}

const logJSON = "json"

// FilesRead are the files, beside its input, that a run of the paths reads.
func (c *Config) FilesRead(paths []string) []string {
	read := slices.Concat([]string{c.File, c.Network.CA, c.Network.Cert, c.Network.Key}, c.ValueFiles, c.Proof.files(paths))
	return slices.DeleteFunc(read, func(path string) bool { return path == "" })
}
