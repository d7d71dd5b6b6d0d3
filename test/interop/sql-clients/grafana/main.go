// Runs statements as the backend of Grafana's ClickHouse data source does: through clickhouse-go over HTTP, with the
// options that the plugin makes of its settings. Arguments: host, port, path, token. Standard input: one statement a
// line. Standard output: for the ping and for each statement one line of JSON, {"rows": …} or {"error": …}.
package main

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
)

type answer struct {
	Rows  [][]any `json:"rows,omitempty"`
	Error string  `json:"error,omitempty"`
}

func main() {
	host, port, path, token := os.Args[1], os.Args[2], os.Args[3], os.Args[4]
	db := clickhouse.OpenDB(&clickhouse.Options{
		Addr:        []string{fmt.Sprintf("%s:%s", host, port)},
		Auth:        clickhouse.Auth{Database: "sandscope", Username: "grafana", Password: token},
		Compression: &clickhouse.Compression{Method: clickhouse.CompressionGZIP},
		DialTimeout: 10 * time.Second,
		HttpUrlPath: path,
		Protocol:    clickhouse.HTTP,
		ReadTimeout: 60 * time.Second,
	})
	defer db.Close()
	// The plugin has a deadline for each request, which the client sends as a setting.
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	write := json.NewEncoder(os.Stdout)
	if err := db.PingContext(ctx); err != nil {
		write.Encode(answer{Error: err.Error()})
		return
	}
	write.Encode(answer{})
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		rows, err := query(ctx, db, lines.Text())
		if err != nil {
			write.Encode(answer{Error: err.Error()})
			continue
		}
		write.Encode(answer{Rows: rows})
	}
}

func query(ctx context.Context, db *sql.DB, statement string) ([][]any, error) {
	rows, err := db.QueryContext(ctx, statement)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, err
	}
	var all [][]any
	for rows.Next() {
		row := make([]any, len(types))
		for i, column := range types {
			row[i] = reflect.New(column.ScanType()).Interface()
		}
		if err := rows.Scan(row...); err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, rows.Err()
}
