using System.Net;
using Realtime.Integration.Tests.Scripts;

namespace Realtime.Integration.Tests.Guide;

/// <summary>The programs of docs/guide/routes.md, each taken from the page, built and run.</summary>
public sealed class RoutesPageTests
{
    [Fact]
    public async Task Patterns_take_what_the_page_says()
    {
        await using var program = await RunAsync("routes.cs");

        foreach (var (path, expected) in new (string, string?)[]
        {
            ("/", """{"notes":"/notes","first":"/notes/0?from=home%20page"}"""), ("/notes/0", "Buy milk"), ("/days/2026-02-28", "Saturday"), ("/drafts", "drafts"),
            ("/files/a.tar.gz", """{"name":"a.tar","extension":"gz"}"""), ("/wiki/a/b", "You read a/b."), ("/wiki/a/b/edit", "You edit a/b."), ("/map/1,2", "/map/2,2"),
            ("/map/here", null), ("/notes/-1", null),
        })
        {
            using var response = await program.Http.GetAsync(new Uri(path, UriKind.Relative));

            Assert.Equal(expected ?? "NotFound", expected is null ? response.StatusCode.ToString() : await response.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task A_blueprint_has_its_hooks_and_error_handlers()
    {
        await using var program = await RunAsync("blueprint.cs");

        using var list = await program.Http.GetAsync(new Uri("/projects/a/tasks", UriKind.Relative));
        Assert.Equal("""{"project":"a","first":"/projects/a/tasks/1"}""", await list.Content.ReadAsStringAsync());
        Assert.Equal("/projects/a/tasks", Assert.Single(list.Headers.GetValues("X-Path")));
        Assert.Equal(HttpStatusCode.Forbidden, (await program.Http.GetAsync(new Uri("/projects/secret/tasks", UriKind.Relative))).StatusCode);
        using var missing = await program.Http.GetAsync(new Uri("/projects/a/tasks/12", UriKind.Relative));
        Assert.Equal((HttpStatusCode.NotFound, """{"error":"There is no /projects/a/tasks/12."}"""), (missing.StatusCode, await missing.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task Hosts_classes_and_mounts_answer()
    {
        await using var program = await RunAsync("parts.cs");

        Assert.Equal("Administration, at /admin/", await program.Http.GetStringAsync("/admin"));
        using var put = await program.Http.PutAsync(new Uri("/notes/7?title=Milk", UriKind.Relative), content: null);
        Assert.Equal((HttpStatusCode.Created, "/notes/7"), (put.StatusCode, put.Headers.Location!.OriginalString));
        Assert.Equal("1", await program.Http.GetStringAsync("/tools/count"));
        await program.Http.DeleteAsync(new Uri("/notes/7", UriKind.Relative));
        Assert.Equal("{}", await program.Http.GetStringAsync("/notes"));
        program.Http.DefaultRequestHeaders.Host = "acme.example.com";
        Assert.Equal("You are at acme.", await program.Http.GetStringAsync("/"));
    }

    [Fact]
    public void Every_program_of_the_page_is_run_here() => Assert.Equal(["routes.cs", "blueprint.cs", "parts.cs"], GuidePage.Read("routes.md").Programs.Keys);

    private static Task<Script> RunAsync(string name) => Script.RunTextAsync($"guide-{name}", GuidePage.Read("routes.md").Programs[name]);
}
