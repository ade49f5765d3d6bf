package publishing

import (
	"github.com/torrentkit/torrentkit/announce/index"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

// showLogin prints who is logged in.
func showLogin(con *console.Console, c *index.Client, who index.Session, file string) error {
	claims, err := index.ReadToken(c.Token())
	if con.Options.JSON {
		v := loginJSON{Index: c.String(), User: who.User, Admin: who.Admin, File: file}
		if err == nil {
			v.Expires = jsonTime(claims.Expires)
		}
		return con.JSON(v)
	}
	var list console.Fields
	list.Text("index", c.String())
	list.Text("user", who.User)
	list.YesNo("administrator", who.Admin)
	if err == nil {
		list.Time("token expires", claims.Expires)
	}
	list.Text("kept in", file)
	con.Show(&list)
	return nil
}
