using System.IO.Compression;
using System.Net;
using System.Text.RegularExpressions;
using Realtime.Testing;

namespace Realtime.OpenApi.Tests;

public sealed class PageTests
{
    [Fact]
    public async Task Everything_the_page_loads_is_the_apps_own()
    {
        await using var server = await TestServer.StartAsync(NoteRoutes.Create(new OpenApiOptions { Title = "<Notes>" }));

        using var response = await server.Http.GetAsync("/docs");
        var page = await response.Content.ReadAsStringAsync();
        var links = Regex.Matches(page, "(?:src|href|data-document)=\"(?<link>[^\"]+)\"", RegexOptions.ExplicitCapture).Select(static match => match.Groups["link"].Value).ToArray();

        Assert.StartsWith("default-src 'self'", Assert.Single(response.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.Contains("<title>&lt;Notes&gt;</title>", page, StringComparison.Ordinal);
        Assert.Equal(5, links.Length);
        foreach (var link in links)
        {
            Assert.StartsWith("/", link, StringComparison.Ordinal);
            using var asset = await server.Http.GetAsync(link);
            Assert.Equal(HttpStatusCode.OK, asset.StatusCode);
        }
    }

    [Fact]
    public async Task The_script_is_the_package_s_and_is_what_a_browser_can_read()
    {
        await using var server = await TestServer.StartAsync(NoteRoutes.Create());

        using var response = await server.Http.GetAsync("/docs/assets/swagger-ui-bundle.js");
        Stream body = await response.Content.ReadAsStreamAsync();
        if (response.Content.Headers.ContentEncoding.Contains("gzip"))
        {
            body = new GZipStream(body, CompressionMode.Decompress);
        }
        var script = await new StreamReader(body).ReadToEndAsync();

        Assert.Equal("text/javascript", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains("SwaggerUIBundle", script, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_other_file_is_served()
    {
        await using var server = await TestServer.StartAsync(NoteRoutes.Create());

        Assert.Equal(HttpStatusCode.NotFound, (await server.Http.GetAsync("/docs/assets/index.html")).StatusCode);
    }
}
