package inspecting

type dumpFlags struct {
	reverse, compact, force bool
	style                   string
	output                  string
}
