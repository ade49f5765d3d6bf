package arm

import (
	"fmt"
	"slices"
	"strings"
)

// Cores that keep the order of instructions (Cortex-A53 and A55) wait for every
// result that is not there yet. So what lies between Loop and Next is put in an order
// in which results are asked for late: the instruction that most others wait for
// goes first, of those whose operands are there.

// instruction is one that waits to be written.
type instruction struct {
	text          string
	reads, writes []string // registers, and "memory"
}

// latency is how many cycles a result takes, about: on cores that differ.
func (x instruction) latency() int {
	switch op, _, _ := strings.Cut(x.text, "\t"); {
	case strings.HasPrefix(op, "SHA"):
		return 5
	case strings.HasPrefix(op, "VLD"), op == "FMOVS":
		return 5
	case strings.HasPrefix(op, "V"):
		return 3
	}
	return 1
}

// updates are the instructions whose last operand is one of their sources, too.
func updates(op string) bool {
	return strings.HasPrefix(op, "SHA") && op != "SHA1H" || slices.Contains([]string{"VBSL", "VSRI", "SUB"}, op)
}

func newInstruction(name string, operands []any) instruction {
	var texts []string
	x := instruction{}
	for i, operand := range operands {
		text := fmt.Sprint(operand)
		texts = append(texts, text)
		registers := registersOf(text)
		inMemory, last := strings.Contains(text, "("), i == len(operands)-1
		switch {
		case inMemory:
			x.reads = append(x.reads, registers...)
			if strings.HasSuffix(name, ".P") {
				x.writes = append(x.writes, registers...)
			}
			if last {
				x.writes = append(x.writes, "memory")
			} else {
				x.reads = append(x.reads, "memory")
			}
		case last:
			x.writes = append(x.writes, registers...)
			if updates(name) || strings.Contains(text, "[") && !strings.HasPrefix(text, "[") {
				x.reads = append(x.reads, registers...)
			}
		default:
			x.reads = append(x.reads, registers...)
		}
	}
	x.text = name
	if len(texts) > 0 {
		x.text += "\t" + strings.Join(texts, ", ")
	}
	return x
}

// registersOf lists the registers of an operand. F1 is the first word of V1.
func registersOf(operand string) []string {
	var all []string
	for _, word := range strings.FieldsFunc(operand, func(r rune) bool { return strings.ContainsRune("[]() ,", r) }) {
		word, _, _ = strings.Cut(word, ".")
		switch number := word[min(1, len(word)):]; {
		case word == "" || number == "" || strings.Trim(number, "0123456789") != "":
		case word[0] == 'V' || word[0] == 'F':
			all = append(all, "V"+number)
		case word[0] == 'R':
			all = append(all, word)
		}
	}
	return all
}

// schedule returns the instructions in the order in which they are written.
func schedule(all []instruction) []instruction {
	after, waits := dependencies(all)
	path := make([]int, len(all)) // cycles from the start of each to the end of all
	for i := len(all) - 1; i >= 0; i-- {
		path[i] = all[i].latency()
		for j, latency := range after[i] {
			path[i] = max(path[i], latency+path[j])
		}
	}
	ready, done := make([]int, len(all)), make([]bool, len(all))
	var order []instruction
	for cycle := 0; len(order) < len(all); cycle++ {
		best := -1
		for i := range all {
			if !done[i] && waits[i] == 0 && ready[i] <= cycle && (best < 0 || path[i] > path[best]) {
				best = i
			}
		}
		if best < 0 {
			continue
		}
		done[best], order = true, append(order, all[best])
		for j, latency := range after[best] {
			waits[j]--
			ready[j] = max(ready[j], cycle+latency)
		}
	}
	return order
}

// dependencies returns which instructions must come after each, by how many cycles
// at least, and for how many others each waits.
func dependencies(all []instruction) (after []map[int]int, waits []int) {
	after, waits = make([]map[int]int, len(all)), make([]int, len(all))
	writer, readers := map[string]int{}, map[string][]int{}
	order := func(first, second, latency int) {
		if first == second {
			return
		}
		if old, known := after[first][second]; !known {
			waits[second]++
		} else {
			latency = max(latency, old)
		}
		after[first][second] = latency
	}
	for i, x := range all {
		after[i] = map[int]int{}
		for _, r := range x.reads {
			if w, ok := writer[r]; ok {
				latency := all[w].latency()
				if r[0] == 'R' {
					latency = 1 // of a pointer that an access advances
				}
				order(w, i, latency)
			}
		}
		for _, r := range x.writes {
			if w, ok := writer[r]; ok {
				order(w, i, 1)
			}
			for _, reader := range readers[r] {
				order(reader, i, 0)
			}
		}
		for _, r := range x.reads {
			readers[r] = append(readers[r], i)
		}
		for _, r := range x.writes {
			writer[r], readers[r] = i, nil
		}
		for _, r := range x.reads { // of what it writes itself
			if writer[r] == i {
				readers[r] = nil
			}
		}
	}
	return after, waits
}
