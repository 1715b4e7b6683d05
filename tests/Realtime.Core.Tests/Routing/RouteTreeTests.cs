using Realtime.Routing;

namespace Realtime.Core.Tests.Routing;

public sealed class RouteTreeTests
{
    [Theory]
    [InlineData("/route500/list")]
    [InlineData("/route500/7/part/abc")]
    [InlineData("/route999/7")]
    [InlineData("/route1/no/such/thing")]
    public void Matching_allocates_nothing(string path)
    {
        var tree = Make(1000);
        var request = new Request(new App());
        Match(tree, path, request, 1000);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Match(tree, path, request, 1000);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(1000)]
    public void Every_route_is_found_among_many(int count)
    {
        var tree = Make(count);
        var request = new Request(new App());
        for (var number = 0; number < count; number++)
        {
            Assert.Equal($"/route{number}/{{id:int}}/part/{{name}}", tree.Find("GET", $"/route{number}/7/part/a", request)!.Pattern.Text);
            Assert.Equal($"/route{number}/list", tree.Find("GET", $"/route{number}/list", request)!.Pattern.Text);
        }
    }

    private static RouteTree Make(int count) => new(
        Enumerable.Range(0, count).SelectMany(static number => (string[])[$"/route{number}/list", $"/route{number}/{{id:int}}", $"/route{number}/{{id:int}}/part/{{name}}"])
            .Select(static pattern => new Endpoint(new Route(["GET"], PathPattern.Parse(pattern), static (_, _) => []), ["GET"], static _ => default, false)),
        SlashPolicy.Redirect);

    private static void Match(RouteTree tree, string path, Request request, int times)
    {
        for (var time = 0; time < times; time++)
        {
            tree.Find("GET", path, request);
        }
    }
}
