// Calls every operation of the generated client and fails when an answer is not of the type that was described.
//
//	go run . URL '{"Function": "add", "ID": "…", "TraceId": "…"}'
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"

	"github.com/ogen-go/ogen/ogenerrors"

	"clients/api"
)

func main() {
	client, err := api.NewClient(os.Args[1], noToken{})
	if err != nil {
		fail("the client cannot be made", err)
	}
	var values map[string]string
	if err := json.Unmarshal([]byte(os.Args[2]), &values); err != nil {
		fail("the values cannot be read", err)
	}
	read := map[string]string{}
	of := reflect.ValueOf(client)
	for i := 0; i < of.NumMethod(); i++ {
		name, method := of.Type().Method(i).Name, of.Method(i)
		in := []reflect.Value{reflect.ValueOf(context.Background())}
		if method.Type().NumIn() == 2 {
			in = append(in, parameters(name, method.Type().In(1), values))
		}
		out := method.Call(in)
		if err, ok := out[1].Interface().(error); ok && err != nil {
			fail(name, err)
		}
		got := reflect.TypeOf(out[0].Interface()).Elem().Name()
		if strings.HasPrefix(got, name) {
			fail(name, fmt.Errorf("answered with %s: %+v", got, out[0].Interface()))
		}
		read[name] = got
	}
	text, _ := json.Marshal(read)
	fmt.Println(string(text))
}

// Fields that have no "Set" are required: those of the path.
func parameters(name string, kind reflect.Type, values map[string]string) reflect.Value {
	given := reflect.New(kind).Elem()
	for i := 0; i < kind.NumField(); i++ {
		if kind.Field(i).Type.Kind() != reflect.String {
			continue
		}
		value, ok := values[name+"."+kind.Field(i).Name]
		if !ok {
			value = values[kind.Field(i).Name]
		}
		given.Field(i).SetString(value)
	}
	return given
}

type noToken struct{}

func (noToken) Token(context.Context, api.OperationName) (api.Token, error) {
	return api.Token{}, ogenerrors.ErrSkipClientSecurity
}

func fail(what string, err error) {
	fmt.Fprintln(os.Stderr, what+":", err)
	os.Exit(1)
}
