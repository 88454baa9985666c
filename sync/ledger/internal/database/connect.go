package database

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// ConnectError says that no connection to PostgreSQL could be made. Nothing was asked of it.
type ConnectError struct {
	err *pgconn.ConnectError
}

// Error is one line that gives each cause once: the driver's text has a line for each try, and two
// tries for each address.
func (e *ConnectError) Error() string {
	return "connect to PostgreSQL: " + strings.Join(slices.Compact(e.causes(e.err.Unwrap())), "; ")
}

// Unwrap returns the error of the driver.
func (e *ConnectError) Unwrap() error { return e.err }

func (e *ConnectError) causes(err error) (all []string) {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		for _, err := range several.Unwrap() {
			all = append(all, e.causes(err)...)
		}
		return all
	}
	return []string{e.cause(err)}
}

func (e *ConnectError) cause(err error) string {
	if dial, ok := errors.AsType[*net.OpError](err); ok && dial.Op == "dial" && dial.Addr != nil {
		return fmt.Sprintf("%s: %s", dial.Addr, dial.Err)
	}
	if unknown, ok := errors.AsType[*net.DNSError](err); ok {
		return unknown.Error()
	}
	if refused, ok := errors.AsType[*pgconn.PgError](err); ok {
		return fmt.Sprintf("%s: %s (SQLSTATE %s)", e.address(), refused.Message, refused.Code)
	}
	return err.Error()
}

func (e *ConnectError) address() string {
	return net.JoinHostPort(e.err.Config.Host, strconv.Itoa(int(e.err.Config.Port)))
}

// connector makes connections. Its error is a *ConnectError if there is no connection.
type connector struct{ driver.Connector }

// Connect makes a connection.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if failed, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return nil, &ConnectError{failed}
	}
	return conn, err
}
