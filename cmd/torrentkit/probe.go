package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/torrentkit/torrentkit/announce"
)

// parsePeerID reads 20 characters or 40 hexadecimal digits; "" is a random one.
func parsePeerID(s string) ([20]byte, error) {
	var id [20]byte
	switch len(s) {
	case 0:
		return id, nil
	case 20:
		return [20]byte([]byte(s)), nil
	case 40:
		if raw, err := hex.DecodeString(s); err == nil {
			return [20]byte(raw), nil
		}
	}
	return id, errors.New("--peer-id wants 20 bytes, or 40 hexadecimal digits")
}

// tally counts the results of a run.
type tally struct{ good, failed int }

func (t *tally) add(r *announce.Result) {
	if r.Good() {
		t.good++
	} else {
		t.failed++
	}
}

// verdict turns the counts into the exit code, as --fail-on has it.
func (t *tally) verdict(failOn string) error {
	if failOn == "any" && t.failed > 0 || failOn == "all" && t.good == 0 {
		return no()
	}
	return nil
}

// probe asks everybody at once and prints answers as they arrive.
func (a *app) probe(ctx context.Context, queries []announce.Query, opt announce.Options, f *announceFlags) error {
	var sum tally
	var metrics []announce.Result
	single := len(queries) == 1
	for _, r := range announce.ProbeAll(ctx, queries, opt) {
		if ctx.Err() != nil {
			break
		}
		sum.add(&r)
		switch {
		case f.metrics:
			metrics = append(metrics, r)
		case a.options.JSON:
			if err := a.json(a.resultToJSON(&r, f.explain)); err != nil {
				return err
			}
		case f.explain:
			a.explainResult(&r, opt, f.curlArgs())
		case single && !f.all:
			a.showResult(&r, f.peers)
		default:
			a.showLine(&r, len(queries) > 1 && !sameHash(queries), f.peers)
		}
		a.flush()
	}
	if f.metrics {
		a.showMetrics(metrics)
	}
	if err := ctx.Err(); err != nil {
		a.note(fmt.Sprintf("%d answered, %d failed, the others were not waited for", sum.good, sum.failed))
		return err
	}
	if len(queries) > 1 && !f.metrics {
		a.note(fmt.Sprintf("%d of %d gave a good answer", sum.good, sum.good+sum.failed))
	}
	return sum.verdict(f.failOn)
}

func sameHash(queries []announce.Query) bool {
	for _, q := range queries {
		if q.Hash != queries[0].Hash {
			return false
		}
	}
	return true
}

// showQueries is --dry-run.
func (a *app) showQueries(queries []announce.Query, opt announce.Options, f *announceFlags) error {
	for _, q := range queries {
		plan := announce.Plan(q, opt)
		if plan.Failure != nil {
			a.warn(plan.Failure.Error())
			continue
		}
		if a.options.JSON {
			if err := a.json(map[string]any{"tracker": q.Tracker, "infohash": q.Hash.String(), "event": string(plan.Event)}); err != nil {
				return err
			}
			continue
		}
		a.explainResult(&plan, opt, f.curlArgs())
	}
	return nil
}
