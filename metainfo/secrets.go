package metainfo

import "github.com/torrentkit/torrentkit/internal/secret"

// Redact returns a URL or magnet link as it can be shown to others: for each secret in it stand three stars and two
// hexadecimal digits, by which a change of a key is seen. Secrets are user info, the values of parameters that are named
// like keys (passkey, authkey, token and others) and parts of the path that look like keys. Hosts, words, file names, numbers and
// infohashes stay. URLs that are broken, or stand in another one, are redacted too; what was redacted before stays as it is.
func Redact(url string) string { return secret.URL(url) }

// RedactText does to a text, such as an error, what [Redact] does to URLs: for URLs in it and for values that follow
// passkey= and its like. Of the URLs that it is about, such as that of the tracker whose words it repeats, the secrets are
// hidden wherever they stand.
func RedactText(text string, about ...string) string {
	return secret.Text(secret.Of(about...).Hide(text))
}
