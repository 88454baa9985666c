package main

import "time"

func output() []setting {
	return []setting{
		{key: "runs_dir", flag: "runs-dir", kind: path, value: "DIR", def: "runs",
			use: "where each run makes its directory; the default lies beside the config file, else in the working directory",
			set: asText(func(c *config) *string { return &c.Output.RunsDir })},
		{key: "artifacts_ttl", flag: "artifacts-ttl", value: "TIME",
			use: "how old a run's directory may become, such as 90d: a run that is finished removes older ones beside it; without it none is removed",
			set: into(func(c *config) *time.Duration { return &c.Output.ArtifactsTTL }, parseDays)},
		{key: "results", flag: "results", kind: path, value: "FILE",
			use: "a second copy of the results: a file, replaced when the run is over, or - for standard output",
			set: asText(func(c *config) *string { return &c.Output.Results })},
		{key: "results_format", flag: "results-format", value: "NAME", def: "csv", words: []string{"csv", "jsonl"},
			use: "what the results are written as",
			set: asText(func(c *config) *string { return &c.Output.ResultsFormat })},
		{key: "rejects_secrets", flag: "rejects-secrets", value: "NAME", def: "mask", words: []string{"mask", "keep"},
			use: "whether cells that feed a secret are masked in rejects, or kept",
			set: asText(func(c *config) *string { return &c.Output.RejectsSecrets })},
		{key: "allow_rejects", flag: "allow-rejects", value: "N|N%", def: "0",
			use: "invalid and refused users, in number or percent, that still are a success",
			set: into(func(c *config) *share { return &c.Output.AllowRejects }, parseShare)},
		{key: "json", flag: "json", kind: toggle, def: "false",
			use: "print the summary as JSON on standard output",
			set: into(func(c *config) *bool { return &c.Output.JSON }, parseBool)},
	}
}

func talk() []setting {
	return []setting{
		{key: "progress", flag: "progress", value: "WHEN", def: "auto", words: []string{"auto", "always", "never"},
			use: "the progress line; auto moves on a terminal, and elsewhere is a plain line every 30 s",
			set: asText(func(c *config) *string { return &c.Log.Progress })},
		{key: "log_format", flag: "log-format", value: "NAME", def: "console", words: []string{"console", "json"},
			use: "what the log on standard error looks like; json makes each line there JSON, errors and the report too",
			set: asText(func(c *config) *string { return &c.Log.Format })},
		{key: "log_level", flag: "log-level", value: "LEVEL", def: "warn", words: []string{"debug", "info", "warn", "error"},
			use: "the least important line that is logged",
			set: asText(func(c *config) *string { return &c.Log.Level })},
	}
}
