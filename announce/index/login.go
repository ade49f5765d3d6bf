package index

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Session is who is logged in.
type Session struct {
	Token string
	User  string
	Admin bool
}

type sessionAnswer struct {
	Token    string `json:"token"`
	Username string `json:"username"`
	Admin    bool   `json:"admin"`
}

// Login asks for a token, which the client has from then on. It is good for two weeks.
func (c *Client) Login(ctx context.Context, user, password string) (Session, error) {
	c.password.Store(&password)
	return c.login(ctx, "user/login", map[string]string{"login": user, "password": password})
}

// Renew asks for a token in place of the client's own: a new one where that is good for less than a week.
func (c *Client) Renew(ctx context.Context) (Session, error) {
	return c.login(ctx, "user/token/renew", map[string]string{"token": c.Token()})
}

func (c *Client) login(ctx context.Context, path string, body any) (Session, error) {
	var a sessionAnswer
	if err := c.account(ctx, path, body, &a); err != nil {
		return Session{}, err
	}
	if err := checkToken(a.Token); err != nil || a.Token == "" {
		return Session{}, errors.New("the index gave a token that is none")
	}
	c.session.Store(&a.Token)
	return Session{a.Token, a.Username, a.Admin}, nil
}

// Verify asks whether the client's token is good still.
func (c *Client) Verify(ctx context.Context) error {
	var ok json.RawMessage
	return c.account(ctx, "user/token/verify", map[string]string{"token": c.Token()}, &ok)
}

// Claims are what a token says of itself. Nobody but the index can tell whether it is true.
type Claims struct {
	User    string
	Admin   bool
	Expires time.Time
}

// ReadToken reads the claims of a token.
func ReadToken(token string) (Claims, error) {
	parts := strings.Split(token, ".")
	if err := checkToken(token); err != nil || len(parts) != 3 {
		return Claims{}, errors.New("that is no JSON web token")
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	var a struct {
		User struct {
			Username      string `json:"username"`
			Administrator bool   `json:"administrator"`
		} `json:"user"`
		Expires int64 `json:"exp"`
	}
	if err == nil {
		err = json.Unmarshal(text, &a)
	}
	if err != nil {
		return Claims{}, errors.New("that is no JSON web token of an index")
	}
	if a.Expires <= 0 || a.Expires > 1<<40 {
		return Claims{}, fmt.Errorf("the token expires in no time that there is: %d", a.Expires)
	}
	return Claims{a.User.Username, a.User.Administrator, time.Unix(a.Expires, 0)}, nil
}
