// The main job through the generated client: workspace, connection, draft, test, enable, authorize, token,
// userinfo, introspection. Any step that is not as it should be ends it with an error.
//
// VESTIBULE_TEST_URL and VESTIBULE_TEST_AUTHORIZATION: the server, and what an API key says there.
// VESTIBULE_TEST_IDP_URL and VESTIBULE_TEST_PERSON: an IdP and who signs in. Its admin is who reads the line
// `trust <entity ID> <ACS URL>` on our standard output and answers it with a line.
package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"strings"

	"main-job/vestibule"
)

const redirectURI = "http://127.0.0.1:9/callback"

var (
	server = os.Getenv("VESTIBULE_TEST_URL")
	idp    = os.Getenv("VESTIBULE_TEST_IDP_URL")
	person = os.Getenv("VESTIBULE_TEST_PERSON")
)

func say(format string, values ...any) { fmt.Printf("client: "+format+"\n", values...) }

func require(holds bool, what string, values ...any) {
	if !holds {
		log.Fatalf(what, values...)
	}
}

// expect gives what an answer holds that has to have this status.
func expect[T any](status int, data T, answer *http.Response, err error) T {
	require(err == nil, "%v %s", err, told(err))
	require(answer.StatusCode == status, "%d instead of %d", answer.StatusCode, status)
	return data
}

// told gives the body that came with an error.
func told(err error) string {
	var problem *vestibule.GenericOpenAPIError
	if errors.As(err, &problem) {
		return string(problem.Body())
	}
	return ""
}

// refused gives the code of the problem that an answer has to be.
func refused(status int, answer *http.Response, err error) string {
	require(err != nil && answer != nil && answer.StatusCode == status, "no %d: %v", status, err)
	var refusal *vestibule.GenericOpenAPIError
	require(errors.As(err, &refusal), "no problem: %v", err)
	problem, typed := refusal.Model().(vestibule.Problem)
	require(typed, "no problem: %s", refusal.Body())
	return problem.GetCode()
}

func random() string {
	bytes := make([]byte, 32)
	_, err := rand.Read(bytes)
	require(err == nil, "%v", err)
	return base64.RawURLEncoding.EncodeToString(bytes)
}

func main() {
	log.SetFlags(0)
	configuration := vestibule.NewConfiguration()
	configuration.Servers[0].URL = server
	client := vestibule.NewAPIClient(configuration)
	key := strings.TrimPrefix(os.Getenv("VESTIBULE_TEST_AUTHORIZATION"), "Bearer ")
	ctx := context.WithValue(context.Background(), vestibule.ContextAccessToken, key)

	name := random()
	create := func() *vestibule.Workspace {
		data, answer, err := client.WorkspacesAPI.CreateWorkspace(ctx).IdempotencyKey(name).
			WorkspaceParams(*vestibule.NewWorkspaceParams("Go SE", "pro")).Execute()
		return expect(201, data, answer, err)
	}
	workspace := create()
	require(create().Id == workspace.Id, "the same call is made once")
	say("workspace %s on the plan %s", workspace.Id, workspace.Plan)

	patch := vestibule.NewWorkspacePatch()
	patch.SetName("Other")
	_, answer, err := client.WorkspacesAPI.UpdateWorkspace(ctx, workspace.Id).IfMatch(`"stale"`).WorkspacePatch(*patch).Execute()
	code := refused(412, answer, err)
	require(code == "precondition-failed", "%s", code)
	member, answer, err := client.MembersAPI.CreateMember(ctx, workspace.Id).
		MemberParams(*vestibule.NewMemberParams("root@go.example", "admin")).Execute()
	require(expect(201, member, answer, err).Status == "active", "the admin is there")
	people, answer, err := client.MembersAPI.ListMembers(ctx, workspace.Id).Limit(1).Execute()
	require(expect(200, people, answer, err).Data[0].Email == "root@go.example", "the admin is listed")

	params := vestibule.NewConnectionParams()
	params.SetName("Test IdP")
	made, answer, err := client.ConnectionsAPI.CreateConnection(ctx, workspace.Id).ConnectionParams(*params).Execute()
	connection := expect(201, made, answer, err)
	fmt.Println("trust", connection.ServiceProvider.EntityId, connection.ServiceProvider.AcsUrl)
	_, err = bufio.NewReader(os.Stdin).ReadString('\n')
	require(err == nil, "the IdP did not answer: %v", err)

	draft := vestibule.NewDraftParams()
	draft.SetIdpCertificate(fetch(idp + "/certificate.pem"))
	draft.SetIdpSsoUrl(idp + "/sso")
	saved, answer, err := client.ConnectionsAPI.SaveDraft(ctx, connection.Id).DraftParams(*draft).Execute()
	revision := expect(200, saved, answer, err).GetDraft()
	say("draft %s", revision.Id)

	_, answer, err = client.ConnectionsAPI.EnableConnection(ctx, connection.Id).Enable(*vestibule.NewEnable()).Execute()
	code = refused(409, answer, err)
	require(code == "test-required", "%s", code)
	started, answer, err := client.TestsAPI.CreateTest(ctx, connection.Id).Body(map[string]any{}).Execute()
	test := expect(201, started, answer, err)
	tester := newBrowser()
	report := throughTheIdp(tester, tester.get(test.GetStartUrl()))
	require(report.StatusCode == 200, "the report: %d", report.StatusCode)
	ended, answer, err := client.TestsAPI.GetTest(ctx, connection.Id, test.Id).Execute()
	test = expect(200, ended, answer, err)
	require(test.State == "passed" && len(test.Report) > 0, "%s %v", test.State, test.Report)
	say("test %s %s, %d checks", test.Id, test.State, len(test.Report))
	enabled, answer, err := client.ConnectionsAPI.EnableConnection(ctx, connection.Id).Enable(*vestibule.NewEnable()).Execute()
	require(expect(200, enabled, answer, err).State == "live", "the connection is live")
	say("the connection is live")

	decision, answer, err := client.SignInAPI.DecideSignIn(ctx, workspace.Id).
		DecisionParams(*vestibule.NewDecisionParams(person, "password")).Execute()
	decided := expect(200, decision, answer, err)
	require(!decided.Allowed, "a password is refused")
	say("a password for %s: %s", person, decided.GetCode())

	registered, answer, err := client.ClientsAPI.CreateClient(ctx).
		ClientParams(*vestibule.NewClientParams("Go application", []string{redirectURI})).Execute()
	application := expect(201, registered, answer, err)

	// From here on as the application: it has its secret and no API key.
	oauth := context.WithValue(context.Background(), vestibule.ContextBasicAuth, vestibule.BasicAuth{
		UserName: application.ClientId, Password: application.GetClientSecret(),
	})
	verifier, state := random(), random()
	challenge := sha256.Sum256([]byte(verifier))
	query := url.Values{
		"response_type": {"code"}, "client_id": {application.ClientId}, "redirect_uri": {redirectURI},
		"scope": {"openid email"}, "state": {state}, "workspace": {workspace.Id},
		"code_challenge":        {base64.RawURLEncoding.EncodeToString(challenge[:])},
		"code_challenge_method": {"S256"},
	}
	visitor := newBrowser()
	back := throughTheIdp(visitor, visitor.get(server+"/oauth2/authorize?"+query.Encode()))
	require(back.StatusCode == 303, "the way back: %d", back.StatusCode)
	callback, err := back.Location()
	require(err == nil && callback.Query().Get("state") == state && callback.Query().Get("iss") == server, "%v", callback)

	exchanged, answer, err := client.OpenIDConnectAPI.IssueToken(oauth).GrantType("authorization_code").
		Code(callback.Query().Get("code")).RedirectUri(redirectURI).CodeVerifier(verifier).Execute()
	tokens := expect(200, exchanged, answer, err)
	bearer := context.WithValue(context.Background(), vestibule.ContextAccessToken, tokens.AccessToken)
	whoami, answer, err := client.OpenIDConnectAPI.GetUserinfo(bearer).Execute()
	userinfo := expect(200, whoami, answer, err)
	require(userinfo.GetEmail() == person, "%s", userinfo.GetEmail())
	introspected, answer, err := client.OpenIDConnectAPI.IntrospectToken(oauth).Token(tokens.AccessToken).Execute()
	require(expect(200, introspected, answer, err).Active, "the token counts")
	say("signed in: %s", person)

	answer, err = client.WorkspacesAPI.DeleteWorkspace(ctx, workspace.Id).Execute()
	expect(204, struct{}{}, answer, err)
	_, answer, err = client.WorkspacesAPI.GetWorkspace(ctx, workspace.Id).Execute()
	code = refused(404, answer, err)
	require(code == "not-found", "%s", code)
	say("done")
}

func fetch(url string) string {
	answer, err := http.Get(url)
	require(err == nil, "%v", err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	require(err == nil && answer.StatusCode == 200, "%d %v", answer.StatusCode, err)
	return string(body)
}
