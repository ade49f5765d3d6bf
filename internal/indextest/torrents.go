package indextest

import (
	"bytes"
	"crypto/sha1"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/torrentkit/torrentkit/internal/bencode"
)

// torrent is one that was uploaded.
type torrent struct {
	id                           int
	canonical                    string
	originals                    []string
	title, description, category string
	tags                         []int
	name                         string
	size                         int64
	fields, info                 []bencode.Entry // what is kept of the torrent, and of its info
}

func tagOf(id int) entry { return entry{"tag_id": id, "name": []string{"", "release", "beta"}[id]} }

func hash(b []byte) string { return fmt.Sprintf("%x", sha1.Sum(b)) }

// kept are the entries of a dictionary that have one of the names.
func kept(v bencode.Value, names ...string) (list []bencode.Entry) {
	for k, val := range v.Entries() {
		if key, _ := k.Text(); slices.Contains(names, key) {
			list = append(list, bencode.Entry{Key: key, Value: val.Raw()})
		}
	}
	return list
}

// read understands a torrent as far as the index does. Files are taken for such as have nothing but length and path.
func read(raw []byte) (*torrent, error) {
	if _, _, err := bencode.Scan(raw); err != nil {
		return nil, err
	}
	root := bencode.View(raw)
	info, _ := root.Get("info")
	name, _ := info.Get("name")
	t := &torrent{originals: []string{hash(info.Raw())}}
	t.name, _ = name.Text()
	t.fields = kept(root, "nodes", "encoding", "httpseeds", "announce-list", "creation date", "comment", "created by")
	t.info = kept(info, "name", "pieces", "piece length", "md5sum", "length", "files", "private", "path", "root hash", "source")
	t.canonical = hash(bencode.AppendDict(nil, t.info))
	if length, ok := info.Get("length"); ok {
		t.size, _ = length.Int()
	}
	files, _ := info.Get("files")
	count, single := 0, bencode.Value{}
	for _, f := range files.Items() {
		length, _ := f.Get("length")
		n, _ := length.Int()
		t.size += n
		count, single = count+1, f
	}
	drop := []string{"path", "root hash", "source"}
	if count == 1 { // one file in a folder comes back as a file
		drop = append(drop, "files")
		length, _ := single.Get("length")
		path, _ := single.Get("path")
		t.info = append(slices.DeleteFunc(t.info, func(e bencode.Entry) bool { return e.Key == "path" }),
			bencode.Entry{Key: "length", Value: length.Raw()}, bencode.Entry{Key: "path", Value: path.Raw()})
		drop = drop[1:]
	}
	t.info = slices.DeleteFunc(t.info, func(e bencode.Entry) bool { return slices.Contains(drop, e.Key) })
	return t, nil
}

// file is the torrent as it is downloaded.
func (t *torrent) file(announce string) []byte {
	fields := slices.DeleteFunc(slices.Clone(t.fields), func(e bencode.Entry) bool { return e.Key == "announce-list" })
	url := bencode.AppendString(nil, announce)
	fields = append(fields, bencode.Entry{Key: "announce", Value: url}, bencode.Entry{Key: "announce-list", Value: slices.Concat([]byte("ll"), url, []byte("ee"))},
		bencode.Entry{Key: "info", Value: bencode.AppendDict(nil, t.info)})
	return bencode.AppendDict(nil, fields)
}

// json is what the index tells of it.
func (t *torrent) json(short bool) entry {
	e := entry{
		"torrent_id": t.id, "uploader": User, "info_hash": t.canonical, "title": t.title, "description": t.description, "file_size": t.size,
		"seeders": 0, "leechers": 0, "name": t.name, "comment": nil, "creation_date": nil, "created_by": nil, "encoding": nil,
	}
	if short {
		e["category_id"], e["date_uploaded"] = 5, "2024-05-06 07:08:09"
		return e
	}
	tags := []entry{}
	for _, id := range t.tags {
		tags = append(tags, tagOf(id))
	}
	e["category"], e["upload_date"], e["tags"], e["canonical_info_hash_group"] = entry{"id": 5, "category_id": 5, "name": t.category, "num_torrents": 1}, "2024-05-06 07:08:09", tags, t.originals
	e["files"], e["trackers"], e["magnet_link"] = []any{}, []string{Tracker}, "magnet:?xt=urn:btih:"+t.canonical
	return e
}

func (x *Index) torrent(w http.ResponseWriter, r *http.Request, rest, token string) {
	if r.Method == http.MethodPost && rest == "upload" {
		x.upload(w, r, token)
		return
	}
	h, download := strings.CutPrefix(rest, "download/")
	i := slices.IndexFunc(x.torrents, func(t *torrent) bool { return t.canonical == h })
	if i < 0 {
		if j := slices.IndexFunc(x.torrents, func(t *torrent) bool { return slices.Contains(t.originals, h) }); j >= 0 && r.Method == http.MethodGet {
			w.Header().Set("Location", strings.TrimSuffix("/v1/torrent/"+rest, h)+x.torrents[j].canonical)
			w.WriteHeader(http.StatusTemporaryRedirect)
			return
		}
		x.refuse(w, r, http.StatusNotFound, "Torrent not found.")
		return
	}
	t := x.torrents[i]
	switch {
	case download:
		announce := Tracker
		if x.has(Private) && token != "" {
			announce += "/YZSl4lMZupRuOpSRC3krIKR5BPB14nrJ"
		}
		w.Header().Set("Content-Type", "application/x-bittorrent")
		_, _ = w.Write(t.file(announce)) // who does not read on has gone
	case r.Method == http.MethodGet:
		data(w, t.json(false))
	case token == "":
		x.refuse(w, r, http.StatusUnauthorized, "Unauthorized actions for guest users. Try logging in to check if you have permission to perform the action")
	case r.Method == http.MethodDelete:
		x.torrents = slices.Delete(x.torrents, i, i+1)
		data(w, entry{"torrent_id": t.id, "info_hash": t.canonical})
	default:
		x.update(w, r, t)
	}
}

func (x *Index) update(w http.ResponseWriter, r *http.Request, t *torrent) {
	var form struct {
		Title, Description *string
		Category           *int
		Tags               *[]int
	}
	if err := json.NewDecoder(r.Body).Decode(&form); err != nil {
		x.refuse(w, r, http.StatusBadRequest, err.Error())
		return
	}
	if form.Title != nil {
		t.title = *form.Title
	}
	if form.Description != nil {
		t.description = *form.Description
	}
	if form.Tags != nil {
		t.tags = *form.Tags
	}
	if form.Category != nil {
		t.category = map[int]string{1: "movies", 5: "software"}[*form.Category]
	}
	data(w, t.json(false))
}

func (x *Index) upload(w http.ResponseWriter, r *http.Request, token string) {
	switch {
	case x.has(Once) && x.good[token] && x.uploads == 0:
		x.uploads++
		delete(x.good, token)
		x.refuse(w, r, http.StatusUnauthorized, "Token expired. Please sign in again.")
		return
	case x.has(Expired):
		x.refuse(w, r, http.StatusUnauthorized, "Token expired. Please sign in again.")
		return
	case token == "":
		x.refuse(w, r, http.StatusUnauthorized, "Unauthorized actions for guest users. Try logging in to check if you have permission to perform the action")
		return
	case x.has(Offline):
		x.refuse(w, r, http.StatusServiceUnavailable, "Sorry, we have an error with our tracker connection.")
		return
	case x.has(Dropped):
		panic(http.ErrAbortHandler)
	}
	t, status, reason := x.form(r)
	if status != 0 {
		x.refuse(w, r, status, reason)
		return
	}
	t.id = len(x.torrents) + 1
	x.torrents = append(x.torrents, t)
	if x.has(Lost) {
		panic(http.ErrAbortHandler)
	}
	data(w, entry{"torrent_id": t.id, "canonical_info_hash": t.canonical, "info_hash": t.originals[0]})
}

// form reads an upload, in the order in which the index judges it.
func (x *Index) form(r *http.Request) (t *torrent, status int, reason string) {
	r.Body = http.MaxBytesReader(nil, r.Body, 10<<20)
	if err := r.ParseMultipartForm(10 << 20); err != nil {
		return nil, http.StatusInternalServerError, "cannot read a chunk of bytes from the uploaded torrent file. Review the request body size limit."
	}
	defer func() { _ = r.MultipartForm.RemoveAll() }()
	title := r.FormValue("title")
	switch {
	case r.FormValue("category") == "" || title == "":
		return nil, http.StatusBadRequest, "Some mandatory metadata fields are missing."
	case r.FormValue("category") != "software" && r.FormValue("category") != "movies":
		return nil, http.StatusBadRequest, "Selected category does not exist."
	case len(title) < 3:
		return nil, http.StatusBadRequest, "Torrent title is too short."
	case len(r.MultipartForm.File["torrent"]) != 1:
		return nil, http.StatusBadRequest, "Uploaded torrent is not valid."
	}
	file, err := r.MultipartForm.File["torrent"][0].Open()
	if err != nil {
		return nil, http.StatusInternalServerError, err.Error()
	}
	defer file.Close()
	raw, err := io.ReadAll(file)
	if err == nil {
		t, err = read(bytes.Clone(raw))
	}
	if err != nil {
		return nil, http.StatusBadRequest, "Uploaded torrent is not valid."
	}
	for _, other := range x.torrents {
		switch {
		case slices.Contains(other.originals, t.originals[0]):
			return nil, http.StatusConflict, "A torrent with the same original infohash already exists in our database."
		case other.canonical == t.canonical:
			other.originals = append(other.originals, t.originals[0])
			return nil, http.StatusConflict, "A torrent with the same canonical infohash already exists in our database."
		case other.title == title:
			return nil, http.StatusBadRequest, "This torrent title has already been used."
		}
	}
	t.title, t.description, t.category = title, r.FormValue("description"), r.FormValue("category")
	if err := json.Unmarshal([]byte(r.FormValue("tags")), &t.tags); err != nil {
		return nil, http.StatusBadRequest, "torrent tags string is not a valid JSON."
	}
	return t, 0, ""
}

func (x *Index) list(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	size, err := strconv.Atoi(q.Get("page_size"))
	if err != nil {
		size = 10
	}
	page, _ := strconv.Atoi(q.Get("page")) // 0 where there is none
	size = min(size, 30)
	found := []entry{}
	for _, t := range slices.Backward(x.torrents) {
		if strings.Contains(strings.ToLower(t.title), strings.ToLower(q.Get("search"))) {
			found = append(found, t.json(true))
		}
	}
	from := min(page*size, len(found))
	data(w, entry{"total": len(found), "results": found[from:min(from+size, len(found))]})
}
