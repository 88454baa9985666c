package terminal

import (
	"io"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// NewLog writes lines of at least level to w, for people (console) or for machines
// (json). Nothing personal goes into it: a record is named by number, file and line.
func NewLog(w io.Writer, format, level string) (*zap.Logger, error) {
	least, err := zapcore.ParseLevel(level)
	if err != nil {
		return nil, err
	}
	c := zap.NewProductionEncoderConfig()
	c.TimeKey, c.EncodeTime = "at", zapcore.RFC3339NanoTimeEncoder
	c.EncodeDuration = zapcore.StringDurationEncoder
	encoder := zapcore.NewJSONEncoder(c)
	if format == "console" {
		c.EncodeLevel = zapcore.CapitalLevelEncoder
		encoder = zapcore.NewConsoleEncoder(c)
	}
	return zap.New(sampled(zapcore.NewCore(encoder, zapcore.Lock(zapcore.AddSync(w)), least))), nil
}

const (
	firstLines = 100 // of one message, in a second
	thenEvery  = 100
)

// sampled leaves out most lines with the same message, if there are many in a second. It leaves
// out no error: a run says only once how it ended.
func sampled(core zapcore.Core) zapcore.Core {
	return repetitive{Core: core, few: zapcore.NewSamplerWithOptions(core, time.Second, firstLines, thenEvery)}
}

// repetitive is a Core of which only errors are sure to be written.
type repetitive struct {
	zapcore.Core
	few zapcore.Core
}

// With adds fields to all lines.
func (r repetitive) With(fields []zapcore.Field) zapcore.Core {
	return repetitive{r.Core.With(fields), r.few.With(fields)}
}

// Check adds the core that decides about the line.
func (r repetitive) Check(e zapcore.Entry, to *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if e.Level >= zapcore.ErrorLevel {
		return r.Core.Check(e, to)
	}
	return r.few.Check(e, to)
}

// Log is the log of a run. It must not contain personal data.
type Log struct {
	*zap.Logger
	// Data logs JSON at any --log-level; nil if the log is for people.
	Data *zap.Logger
}

// Always logs at any log level.
func (l Log) Always(what string, facts ...zap.Field) {
	if l.Data != nil {
		l.Data.Info(what, facts...)
		return
	}
	l.Warn(what, facts...)
}
