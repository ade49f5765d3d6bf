package secret

import (
	"slices"
	"strings"
)

// Unsigned returns a URL without user info, the fragment, and the parameters by which its request is signed for
// whoever has it: those of S3, Google, Azure, CloudFront, Alibaba, Tencent and their like, and of links that expire. What is
// left says which file is meant, however often it is signed anew.
func Unsigned(url string) string {
	url, _, _ = strings.Cut(url, "#")
	if scheme, rest, ok := strings.Cut(url, "://"); ok {
		end := strings.IndexAny(rest, "/?")
		if end < 0 {
			end = len(rest)
		}
		if at := strings.LastIndexByte(rest[:end], '@'); at >= 0 {
			url = scheme + "://" + rest[at+1:]
		}
	}
	base, query, ok := strings.Cut(url, "?")
	if !ok || !isSigned(query) {
		return url
	}
	var kept []string
	for p := range strings.SplitSeq(query, "&") {
		if !signs(parameterName(p)) {
			kept = append(kept, p)
		}
	}
	if len(kept) == 0 {
		return base
	}
	return base + "?" + strings.Join(kept, "&")
}

// PublicURL returns a URL that may be published: unsigned, and without parameters that hold a secret. Its path stays,
// since it is the name of what is there.
func PublicURL(url string) string {
	base, query, ok := strings.Cut(Unsigned(url), "?")
	if !ok {
		return base
	}
	_, query, ok = strings.Cut(StripURL("http://h/?"+query), "?")
	if !ok {
		return base
	}
	return base + "?" + query
}

func parameterName(p string) string {
	name, _, _ := strings.Cut(p, "=")
	name, _ = decode(name)
	return strings.ToLower(name)
}

// isSigned tells whether a query has a signature. Names that mean other things elsewhere are no proof.
func isSigned(query string) bool {
	for p := range strings.SplitSeq(query, "&") {
		if name := parameterName(p); hasSignature(name) {
			return true
		}
	}
	return false
}

func hasSignature(name string) bool {
	return strings.HasSuffix(strings.Map(dropSeparators, name), "signature") ||
		slices.Contains([]string{"sig", "sign", "hdnts", "hdnea", "__token__", "hmac", "md5", "jwt"}, name)
}

// signs knows the parameters that come with a signature.
func signs(name string) bool {
	for _, family := range []string{"x-amz-", "x-goog-", "x-oss-", "x-cos-", "x-bce-", "x-tos-", "x-obs-", "q-"} {
		if strings.HasPrefix(name, family) {
			return true
		}
	}
	return hasSignature(name) || slices.Contains([]string{
		"awsaccesskeyid", "googleaccessid", "ossaccesskeyid", "accesskeyid", "key-pair-id", "policy", "expires", "expire", "expiry", "exp", "token", "security-token",
		"sv", "ss", "srt", "sr", "sp", "st", "se", "sip", "spr", "si", "sdd", "scid", "saoid", "suoid", "skoid", "sktid", "skt", "ske", "sks", "skv", // Azure
	}, name)
}
