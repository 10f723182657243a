package main

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
)

// As much of a browser as a sign-in needs: cookies, no redirect without being told, forms.
type browser struct{ client http.Client }

func newBrowser() *browser {
	jar, err := cookiejar.New(nil)
	require(err == nil, "%v", err)
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &browser{http.Client{Jar: jar, CheckRedirect: stay}}
}

func (b *browser) get(url string) *http.Response {
	answer, err := b.client.Get(url)
	require(err == nil, "%v", err)
	return answer
}

// submit sends the first form of a page, with these fields in place of its own.
func (b *browser) submit(page *http.Response, fields url.Values) *http.Response {
	require(page.StatusCode == 200, "no page: %d", page.StatusCode)
	body, err := io.ReadAll(page.Body)
	require(err == nil, "%v", err)
	defer page.Body.Close()
	form := regexp.MustCompile(`<form\b[^>]*>`).FindString(string(body))
	require(form != "", "no form in %s", body)
	sent := url.Values{}
	for _, input := range regexp.MustCompile(`<input\b[^>]*type="hidden"[^>]*>`).FindAllString(string(body), -1) {
		sent.Set(attribute(input, "name"), attribute(input, "value"))
	}
	for name := range fields {
		sent.Set(name, fields.Get(name))
	}
	action, err := page.Request.URL.Parse(attribute(form, "action"))
	require(err == nil, "%v", err)
	answer, err := b.client.PostForm(action.String(), sent)
	require(err == nil, "%v", err)
	return answer
}

func attribute(tag, name string) string {
	found := regexp.MustCompile(`\s` + name + `="([^"]*)"`).FindStringSubmatch(tag)
	if found == nil {
		return ""
	}
	return html.UnescapeString(found[1])
}

// throughTheIdp goes through the IdP's login page and back to the server; it gives the answer to that.
func throughTheIdp(b *browser, answer *http.Response) *http.Response {
	location := answer.Header.Get("Location")
	require(answer.StatusCode == 302 && strings.HasPrefix(location, idp+"/"), "%d to %s", answer.StatusCode, location)
	signedIn := b.submit(b.get(location), url.Values{"user": {person}})
	arrived := b.submit(signedIn, nil)
	// Over plain http the cookie stayed at home: the browser comes back with it.
	for arrived.StatusCode == 303 && strings.HasPrefix(arrived.Header.Get("Location"), server) {
		arrived = b.get(arrived.Header.Get("Location"))
	}
	return arrived
}
