package index

import (
	"context"
)

// Settings are what an index says of itself.
type Settings struct {
	Name       string // of the web site
	TrackerURL string // to which torrents that are downloaded lead, unless the tracker is private
	Listed     bool   // the tracker takes only torrents that were uploaded
	Private    bool   // the tracker takes only people that have a key: who is logged in downloads torrents with an own URL
	Agreement  string // what who uploads agrees to, in Markdown
	Terms      string // of use, in Markdown
}

// Settings asks what the index says of itself.
func (c *Client) Settings(ctx context.Context) (Settings, error) {
	var a struct {
		Name    string `json:"website_name"`
		URL     string `json:"tracker_url"`
		Listed  bool   `json:"tracker_listed"`
		Private bool   `json:"tracker_private"`
		Website struct {
			Terms struct {
				Page struct {
					Content string `json:"content"`
				} `json:"page"`
				Upload struct {
					Agreement string `json:"content_upload_agreement"`
				} `json:"upload"`
			} `json:"terms"`
		} `json:"website"`
	}
	if err := c.get(ctx, "settings/public", nil, &a); err != nil {
		return Settings{}, err
	}
	return Settings{a.Name, a.URL, a.Listed, a.Private, a.Website.Terms.Upload.Agreement, a.Website.Terms.Page.Content}, nil
}

// Category is what an upload is filed under: one of those that an administrator made.
type Category struct {
	ID       int64
	Name     string
	Torrents int64 // how many there are
}

// Categories asks which categories there are.
func (c *Client) Categories(ctx context.Context) ([]Category, error) {
	var a []struct {
		ID       int64  `json:"category_id"`
		Name     string `json:"name"`
		Torrents int64  `json:"num_torrents"`
	}
	if err := c.get(ctx, "category", nil, &a); err != nil {
		return nil, err
	}
	list := make([]Category, len(a))
	for i, x := range a {
		list[i] = Category{x.ID, x.Name, x.Torrents}
	}
	return list, nil
}

// Tag is a word that torrents may have, of those that an administrator made.
type Tag struct {
	ID   int64
	Name string
}

// Tags asks which tags there are.
func (c *Client) Tags(ctx context.Context) ([]Tag, error) {
	var a []tagAnswer
	if err := c.get(ctx, "tags", nil, &a); err != nil {
		return nil, err
	}
	return tagsOf(a), nil
}

type tagAnswer struct {
	ID   int64  `json:"tag_id"`
	Name string `json:"name"`
}

func tagsOf(a []tagAnswer) []Tag {
	list := make([]Tag, len(a))
	for i, x := range a {
		list[i] = Tag(x)
	}
	return list
}
