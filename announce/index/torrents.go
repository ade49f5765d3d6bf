package index

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/torrentkit/torrentkit/metainfo"
)

// What an index takes.
const (
	MaxUpload = 10 << 20 // bytes of a whole request, whose other parts are small
	MinTitle  = 3        // bytes
	MaxPage   = 30       // torrents of one page, unless the index was set up otherwise
)

// Upload is a torrent to publish.
type Upload struct {
	Torrent     []byte
	Title       string // nobody else's; of 3 bytes or more
	Description string // in Markdown; may be empty
	Category    string // the name of one that there is
	Tags        []int64
}

// Uploaded is what became of an upload.
type Uploaded struct {
	ID        int64
	Canonical metainfo.HashV1 // the infohash that the torrent is stored under, and that the tracker is told of
	Original  metainfo.HashV1 // that of the file
}

// Upload publishes a torrent. The index may keep less of it than it has, so that its infohash is another. The
// request is never sent twice; a [*Failure] whose Maybe is set leaves open whether the torrent is there, which
// [Client.Torrent] tells.
func (c *Client) Upload(ctx context.Context, u Upload) (Uploaded, error) {
	kind, body, err := u.encode()
	if err != nil {
		return Uploaded{}, err
	}
	var a struct {
		ID        int64  `json:"torrent_id"`
		Canonical string `json:"canonical_info_hash"`
		Original  string `json:"info_hash"`
	}
	q := call{method: http.MethodPost, path: "torrent/upload", kind: kind, body: body}
	if err := c.ask(ctx, q, &a); err != nil {
		return Uploaded{}, err
	}
	done := Uploaded{ID: a.ID}
	if done.Canonical, err = parseHash(a.Canonical); err == nil {
		done.Original, err = parseHash(a.Original)
	}
	if err != nil {
		return Uploaded{}, c.fail(http.StatusOK, q, "its answer has an infohash that is none", nil)
	}
	return done, nil
}

// parseHash reads the infohash of an answer.
func parseHash(s string) (h metainfo.HashV1, err error) {
	if b, err := hex.DecodeString(s); err == nil && len(b) == len(h) {
		return metainfo.HashV1(b), nil
	}
	return h, errors.New("no infohash")
}

// encode makes the form that the index wants.
func (u *Upload) encode() (kind string, body []byte, err error) {
	tags := u.Tags
	if tags == nil {
		tags = []int64{}
	}
	ids, err := json.Marshal(tags)
	if err != nil {
		return "", nil, err
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, f := range [][2]string{{"title", u.Title}, {"description", u.Description}, {"category", u.Category}, {"tags", string(ids)}} {
		if err := w.WriteField(f[0], f[1]); err != nil {
			return "", nil, err
		}
	}
	part, err := w.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {`form-data; name="torrent"; filename="upload.torrent"`}, "Content-Type": {"application/x-bittorrent"},
	})
	if err == nil {
		_, err = part.Write(u.Torrent)
	}
	if err == nil {
		err = w.Close()
	}
	return w.FormDataContentType(), b.Bytes(), err
}

// Download gets the bytes of a torrent, by the infohash that it is stored under or that of a file that was uploaded. They
// lead to the index's tracker: to the own URL of who is logged in if that is private, which is a secret.
func (c *Client) Download(ctx context.Context, hash metainfo.HashV1) ([]byte, error) {
	q := call{method: http.MethodGet, path: "torrent/download/" + hash.String(), repeatable: true}
	r, err := c.do(ctx, q)
	if err != nil {
		return nil, err
	}
	if len(r.body) == 0 || r.body[0] != 'd' {
		return nil, c.fail(r.status, q, "what it sent is "+kindOf(r)+" and no torrent", nil)
	}
	return r.body, nil
}

// Torrent is what the index tells of a torrent.
type Torrent struct {
	ID          int64
	InfoHash    metainfo.HashV1 // that it is stored under
	Title       string
	Description string
	Category    string // only of one torrent, not in lists
	Tags        []Tag  // so are these
	Uploader    string
	Uploaded    time.Time // UTC; zero where unknown
	Size        int64     // bytes of its content
	Seeders     int64
	Leechers    int64
	Name        string            // of the content
	Originals   []metainfo.HashV1 // of files that were uploaded, all of which are this torrent in the index; not in lists
}

type torrentAnswer struct {
	ID          int64   `json:"torrent_id"`
	InfoHash    string  `json:"info_hash"`
	Title       string  `json:"title"`
	Description *string `json:"description"`
	Category    *struct {
		Name string `json:"name"`
	} `json:"category"`
	Tags      []tagAnswer `json:"tags"`
	Uploader  string      `json:"uploader"`
	Uploaded  string      `json:"upload_date"`   // of one torrent
	Listed    string      `json:"date_uploaded"` // in a list
	Size      int64       `json:"file_size"`
	Seeders   int64       `json:"seeders"`
	Leechers  int64       `json:"leechers"`
	Name      string      `json:"name"`
	Originals []string    `json:"canonical_info_hash_group"`
}

func (a *torrentAnswer) torrent() (Torrent, error) {
	t := Torrent{ID: a.ID, Title: a.Title, Uploader: a.Uploader, Size: a.Size, Seeders: a.Seeders, Leechers: a.Leechers, Name: a.Name, Tags: tagsOf(a.Tags)}
	var err error
	if t.InfoHash, err = parseHash(a.InfoHash); err != nil {
		return t, err
	}
	for _, s := range a.Originals {
		h, err := parseHash(s)
		if err != nil {
			return t, err
		}
		t.Originals = append(t.Originals, h)
	}
	if a.Description != nil {
		t.Description = *a.Description
	}
	if a.Category != nil {
		t.Category = a.Category.Name
	}
	t.Uploaded, _ = time.Parse(time.DateTime, a.Uploaded+a.Listed) // the one that is there
	return t, nil
}

// Torrent asks about a torrent, by the infohash that it is stored under or that of a file that was uploaded.
func (c *Client) Torrent(ctx context.Context, hash metainfo.HashV1) (Torrent, error) {
	return c.one(ctx, call{method: http.MethodGet, path: "torrent/" + hash.String(), repeatable: true})
}

// one makes a call that answers with a torrent.
func (c *Client) one(ctx context.Context, q call) (Torrent, error) {
	var a torrentAnswer
	if err := c.ask(ctx, q, &a); err != nil {
		return Torrent{}, err
	}
	t, err := a.torrent()
	if err != nil {
		return Torrent{}, c.fail(http.StatusOK, q, "its answer has an infohash that is none", nil)
	}
	return t, nil
}

// Change is what to change of a torrent; nil leaves a thing as it is.
type Change struct {
	Title       *string  `json:"title,omitempty"`
	Description *string  `json:"description,omitempty"`
	Category    *int64   `json:"category,omitempty"` // its ID
	Tags        *[]int64 `json:"tags,omitempty"`
}

// Update changes what the index tells of a torrent, for who uploaded it and for administrators. Hash is the one that the
// torrent is stored under.
func (c *Client) Update(ctx context.Context, hash metainfo.HashV1, change Change) (Torrent, error) {
	body, err := json.Marshal(change)
	if err != nil {
		return Torrent{}, err
	}
	return c.one(ctx, call{method: http.MethodPut, path: "torrent/" + hash.String(), kind: "application/json", body: body, repeatable: true})
}

// Delete takes a torrent out of the index and off the tracker's list, for administrators. Hash is the one that it is
// stored under.
func (c *Client) Delete(ctx context.Context, hash metainfo.HashV1) error {
	var done json.RawMessage
	return c.ask(ctx, call{method: http.MethodDelete, path: "torrent/" + hash.String()}, &done)
}

// Query says which torrents are listed, and how. The zero value lists the newest.
type Query struct {
	Search     string   // part of the title
	Categories []string // of one of these
	Tags       []string // with one of these
	Sort       Sort
	Page       int // from 0
	PageSize   int // at most 30 unless the index was set up otherwise; 0 means its default
}

// Sort is an order of torrents.
type Sort string

// The orders.
const (
	UploadedAsc  Sort = "UploadedAsc"
	UploadedDesc Sort = "UploadedDesc"
	SeedersAsc   Sort = "SeedersAsc"
	SeedersDesc  Sort = "SeedersDesc"
	LeechersAsc  Sort = "LeechersAsc"
	LeechersDesc Sort = "LeechersDesc"
	NameAsc      Sort = "NameAsc" // by title
	NameDesc     Sort = "NameDesc"
	SizeAsc      Sort = "SizeAsc"
	SizeDesc     Sort = "SizeDesc"
)

// Page is a part of a list.
type Page struct {
	Total    int64 // how many torrents there are in all
	Torrents []Torrent
}

// List asks for a page of the torrents that fit. An index drops categories and tags that it does not know: it lists as
// if they had not been asked for.
func (c *Client) List(ctx context.Context, q Query) (Page, error) {
	v := url.Values{"page": {strconv.Itoa(q.Page)}}
	set := func(key, value string) {
		if value != "" {
			v.Set(key, value)
		}
	}
	set("search", q.Search)
	set("categories", strings.Join(q.Categories, ","))
	set("tags", strings.Join(q.Tags, ","))
	set("sort", string(q.Sort))
	if q.PageSize > 0 {
		v.Set("page_size", strconv.Itoa(min(q.PageSize, 255)))
	}
	var a struct {
		Total   int64           `json:"total"`
		Results []torrentAnswer `json:"results"`
	}
	request := call{method: http.MethodGet, path: "torrents", query: v, repeatable: true}
	if err := c.ask(ctx, request, &a); err != nil {
		return Page{}, err
	}
	p := Page{Total: a.Total, Torrents: make([]Torrent, len(a.Results))}
	for i := range a.Results {
		t, err := a.Results[i].torrent()
		if err != nil {
			return Page{}, c.fail(http.StatusOK, request, "its answer has an infohash that is none", nil)
		}
		p.Torrents[i] = t
	}
	return p, nil
}
