package publishing

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/torrentkit/torrentkit/announce/index"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/command"
	"github.com/torrentkit/torrentkit/cmd/torrentkit/internal/console"
)

func runLogin(ctx context.Context, con *console.Console, f *loginFlags) error {
	if f.user == "" {
		return errors.New("no user given: --user NAME")
	}
	c, err := f.client(ctx)
	if err != nil {
		return err
	}
	s := &session{client: c, con: con, f: &f.indexFlags}
	if err := s.login(ctx); err != nil {
		return verdict(err)
	}
	file := tokenFile(con, c.String())
	if err := storeToken(file, c.Token()); err != nil {
		return err
	}
	return showLogin(con, c, s.who, file)
}

// session is who asks the index: it has a token or gets one.
type session struct {
	client *index.Client
	con    *console.Console
	f      *indexFlags
	who    index.Session // of a login

	mu       sync.Mutex
	password string // of --user, to log in again
}

// open finds a token: one that was given, that of a login, or the one that is stored, which is renewed where it is old. Without any
// the index is asked as a guest.
func (s *session) open(ctx context.Context) error {
	given, err := s.given(ctx)
	if err != nil {
		return err
	}
	switch {
	case s.f.user != "" && s.f.tokenFile != "":
		return errors.New("--user and --token-file are two ways to say who you are")
	case s.f.user != "":
		return s.login(ctx)
	case s.f.passwordFile != "":
		return errors.New("--password-file is for --user")
	case given != "":
		return s.use(given)
	}
	file := tokenFile(s.con, s.client.String())
	stored, err := loadToken(ctx, file)
	if err != nil || stored == "" {
		return err
	}
	if err := s.use(stored); err != nil {
		return command.InputError(file, err)
	}
	claims, err := index.ReadToken(stored)
	if err != nil || claims.Expires.Sub(s.con.Now()) > 7*24*time.Hour {
		return nil // if it is no good, the index says so
	}
	if _, err := s.client.Renew(ctx); err != nil {
		return s.explain(err)
	}
	return storeToken(file, s.client.Token())
}

// given is the token of --token-file or the environment; "" if there is none.
func (s *session) given(ctx context.Context) (string, error) {
	if s.f.tokenFile != "" {
		return firstLine(ctx, s.con, s.f.tokenFile)
	}
	if s.f.user != "" {
		return "", nil
	}
	return strings.TrimSpace(s.con.Getenv(tokenVariable)), nil
}

// tokenVariable holds a token where there is no file for it.
const tokenVariable = "TORRUST_INDEX_TOKEN"

// use gives the client a token.
func (s *session) use(token string) error {
	s.warn()
	return s.client.SetToken(token)
}

// login asks for the password, once, and logs in.
func (s *session) login(ctx context.Context) error {
	s.warn()
	if s.password == "" {
		var err error
		if s.f.passwordFile != "" {
			s.password, err = firstLine(ctx, s.con, s.f.passwordFile)
		} else {
			s.password, err = console.AskSecret(ctx, s.con, fmt.Sprintf("password of %s at %s: ", s.f.user, s.client))
			err = console.WithHint(err, "--password-file FILE, or - for standard input")
		}
		if err != nil {
			return err
		}
		if s.password == "" {
			return errors.New("the password is empty")
		}
	}
	who, err := s.client.Login(ctx, s.f.user, s.password)
	s.who = who
	return err
}

// warn says that what is secret can be read on its way.
func (s *session) warn() {
	if s.client.Plain() {
		s.con.Warn(fmt.Sprintf("%s is asked over http: whoever is on the way can read the token and the password", s.client))
	}
}

// again logs in anew after the index refused a token that was good before, and tells whether it did.
func (s *session) again(ctx context.Context, refused string, err error) bool {
	var no *index.Refusal
	if !errors.As(err, &no) || !no.LoggedOut() || s.f.user == "" {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.client.Token() != refused || s.login(ctx) == nil
}

// explain says what to do about a token that the index does not take.
func (s *session) explain(err error) error {
	var no *index.Refusal
	if errors.As(err, &no) && no.LoggedOut() {
		return console.WithHint(err, "torrentkit publish login --to "+s.client.String()+" --user NAME")
	}
	return err
}

// maxSecretFile is how large a file of a token or a password may be.
const maxSecretFile = 64 << 10

// firstLine reads a secret: the first line of a file.
func firstLine(ctx context.Context, con *console.Console, name string) (string, error) {
	text, err := command.Read(ctx, con, name, maxSecretFile)
	if err != nil {
		return "", err
	}
	line, _, _ := strings.Cut(string(text), "\n")
	line = strings.TrimSuffix(line, "\r")
	if line == "" {
		return "", command.InputError(name, errors.New("its first line is empty"))
	}
	return line, nil
}

// verdict makes a no of what the index refuses; anything else stays trouble.
func verdict(err error) error {
	var refusal *index.Refusal
	if err == nil || !errors.As(err, &refusal) {
		return err
	}
	no := console.NoBecause(err.Error())
	var h *console.HintError
	if errors.As(err, &h) {
		no = console.WithHint(no, h.Hint)
	}
	return no
}
