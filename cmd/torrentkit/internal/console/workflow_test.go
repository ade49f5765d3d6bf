package console

import (
	"strings"
	"testing"
)

// In a workflow nothing that is printed is a command, but for those that are meant.
func TestNothingPrintedIsAWorkflowCommand(t *testing.T) {
	for _, workflow := range []bool{false, true} {
		e, out, errs := fakeEnv()
		e.Getenv = func(name string) string {
			return map[string]string{"GITHUB_ACTIONS": map[bool]string{true: "true"}[workflow]}[name]
		}
		con := New(e)
		con.Print(Words("::error::one"))
		con.Print(Words("  "), Words(":"), Words(":set-output two"))
		con.Print(Words("a::b ##[error]three"))
		con.JSON(map[string]string{"name": "##[group]four"})
		var f Fields
		f.Text("name", "::debug::five")
		con.Show(&f)
		table := NewTable("name")
		table.Row(Text("::debug::six"))
		con.ShowTable(table)
		con.Note("::warning::seven")
		con.Document().Write([]byte("eight\n::stop-commands::x\n"))
		con.TellResult("::notice::ours")
		con.Tell("::error::ours")
		con.Flush()
		commands := 0
		for line := range strings.Lines(out.String() + errs.String()) {
			if strings.HasPrefix(strings.TrimSpace(line), "::") || strings.Contains(line, "##[") {
				commands++
				if workflow && !strings.Contains(line, "::ours") {
					t.Errorf("a command: %s", line)
				}
			}
		}
		if workflow && commands != 2 || !workflow && commands < 7 {
			t.Errorf("%d commands in %s%s", commands, out, errs)
		}
	}
}
