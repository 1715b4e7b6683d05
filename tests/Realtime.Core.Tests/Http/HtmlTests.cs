using System.Buffers;
using System.Globalization;
using System.Text;
using Realtime.Testing;

namespace Realtime.Core.Tests.Http;

public sealed class HtmlTests
{
    [Fact]
    public void What_is_inserted_is_escaped_and_what_is_written_is_not()
    {
        var name = "<script>alert(\"&'\")</script>";

        Assert.Equal(
            "<p title='&lt;script&gt;alert(&quot;&amp;&#39;&quot;)&lt;/script&gt;'>&lt;script&gt;alert(&quot;&amp;&#39;&quot;)&lt;/script&gt;</p>",
            Html.Of($"<p title='{name}'>{name}</p>").ToString());
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("", "")]
    [InlineData("Grüße, 世界 🎉", "Grüße, 世界 🎉")]
    [InlineData("a\u00a0b`=/", "a\u00a0b`=/")]
    [InlineData("&amp;", "&amp;amp;")]
    [InlineData("<", "&lt;")]
    public void Five_letters_are_escaped_and_no_others(string text, string expected) => Assert.Equal(expected, Html.Of($"{text}").ToString());

    [Fact]
    public void Half_of_a_letter_is_replaced()
    {
        Assert.Equal("\ufffd", Html.Of($"{"\ud800"}").ToString());
        Assert.Equal("\ufffd&lt;\ufffd", Html.Of($"{"\ud800<\udc00"}").ToString());
    }

    [Fact]
    public void Pieces_nest_without_being_escaped_twice()
    {
        var inner = Html.Of($"<b>{"a & b"}</b>");
        var outer = Html.Of($"<p>{inner}{inner}</p>");

        Assert.Equal("<p><b>a &amp; b</b><b>a &amp; b</b></p>", outer.ToString());
        Assert.Equal("<p><b>a &amp; b</b><b>a &amp; b</b></p>", outer.ToString());
        Assert.Equal("<b>a &amp; b</b>", inner.ToString());
    }

    [Fact]
    public void Lists_are_inserted_item_after_item()
    {
        string[] names = ["a", "<b>"];
        List<Html> pieces = [Html.Of($"<i>{1}</i>"), Html.Of($"<i>{2}</i>")];

        Assert.Equal("a&lt;b&gt;", Html.Of($"{names}").ToString());
        Assert.Equal("<i>a</i><i>&lt;b&gt;</i>", Html.Of($"{names.Select(static name => Html.Of($"<i>{name}</i>"))}").ToString());
        Assert.Equal("<i>1</i><i>2</i>", Html.Of($"{pieces}").ToString());
        Assert.Equal("1.02.0", Html.Of($"{(double[])[1, 2]:0.0}").ToString());
        Assert.Equal("12<i>1</i>3", Html.Of($"{(object?[])[1, null, 2, pieces[0], new[] { 3 }]}").ToString());
        Assert.Equal("", Html.Of($"{Array.Empty<Html>()}").ToString());
    }

    [Fact]
    public void Null_is_nothing_so_that_pieces_may_be_there_or_not()
    {
        static Html Page(bool isNew) => Html.Of($"<p>{(isNew ? Html.Of($"<b>new</b>") : null)}{(int?)null}{(string?)null}{(object?)null}</p>");

        Assert.Equal("<p><b>new</b></p>", Page(isNew: true).ToString());
        Assert.Equal("<p></p>", Page(isNew: false).ToString());
    }

    [Fact]
    public void Values_are_formatted_in_the_invariant_culture()
    {
        var date = new DateTime(2026, 3, 4, 5, 6, 7, DateTimeKind.Utc);

        Assert.Equal("1234.5 -7 1,234.50 2026-03-04 Tuesday x True", Html.Of($"{1234.5m} {-7} {1234.5:N2} {date:yyyy-MM-dd} {DayOfWeek.Tuesday} {'x'} {true}").ToString());
        Assert.Equal("&lt; &amp;", Html.Of($"{'<'} {new Angle()}").ToString());
        Assert.Equal(date.ToString(CultureInfo.InvariantCulture), Html.Of($"{date}").ToString());
    }

    [Fact]
    public void What_changes_later_is_inserted_as_it_was()
    {
        var text = new StringBuilder("one");
        List<int> list = [1];
        var html = Html.Of($"{text}{list}");

        text.Append(" two");
        list.Add(2);

        Assert.Equal("one1", html.ToString());
    }

    [Fact]
    public void Raw_is_inserted_as_it_stands() => Assert.Equal("<p><hr></p>", Html.Of($"<p>{Html.Raw("<hr>")}</p>").ToString());

    [Fact]
    public void Join_puts_something_in_between()
    {
        Assert.Equal("a &amp; &lt;b&gt; &amp; c", Html.Join(" & ", ["a", "<b>", "c"]).ToString());
        Assert.Equal("<i>1</i>, <i>2</i>", Html.Join(", ", new[] { 1, 2 }.Select(static n => Html.Of($"<i>{n}</i>"))).ToString());
        Assert.Equal("", Html.Join(", ", Array.Empty<string>()).ToString());
    }

    [Fact]
    public void Json_cannot_end_the_script_it_is_in()
    {
        var html = Html.Of($"<script type=\"application/json\">{Html.Json(new { Text = "</script><!--", Name = "ü" })}</script>").ToString();

        Assert.DoesNotContain("</script><!--", html, StringComparison.Ordinal);
        Assert.Equal("</script><!--", System.Text.Json.JsonDocument.Parse(html[(html.IndexOf('>') + 1)..^9]).RootElement.GetProperty("text").GetString());
    }

    [Fact]
    public void Text_of_any_length_arrives_whole_through_memory_of_any_size()
    {
        var random = new Random(11);
        for (var run = 0; run < 200; run++)
        {
            var parts = Enumerable.Range(0, random.Next(1, 30)).Select(_ => RandomText(random)).ToArray();
            var html = new Html(0, 1);
            foreach (var part in parts)
            {
                html.AppendFormatted(part);
                html.AppendFormatted(run);
                html.AppendLiteral("<br>");
            }
            var output = new Stingy(random);

            html.WriteTo(output);

            Assert.Equal(string.Concat(parts.Select(part => $"{Escape(part)}{run}<br>")), Encoding.UTF8.GetString(output.Written));
        }
    }

    [Fact]
    public void Pieces_nested_without_end_are_an_exception()
    {
        var html = Html.Of($"deep");
        for (var level = 0; level < 1_000_000; level++)
        {
            html = Html.Of($"{html}");
        }

        Assert.Throws<InsufficientExecutionStackException>(html.ToString);
    }

    [Fact]
    public async Task A_page_has_its_length_and_its_type()
    {
        var app = new App();
        app.Get("/", () => Response.Html($"<p>{"ü"}</p>", status: 404));
        app.Get("/bare", () => Html.Of($"<p>{"ü"}</p>"));
        await using var server = await TestServer.StartAsync(app);

        using var page = await server.Http.GetAsync("/");
        using var bare = await server.Http.GetAsync("/bare");

        Assert.Equal(404, (int)page.StatusCode);
        Assert.Equal("text/html; charset=utf-8", page.Content.Headers.ContentType!.ToString());
        Assert.Equal(9, page.Content.Headers.ContentLength);
        Assert.Equal("<p>ü</p>", await page.Content.ReadAsStringAsync());
        Assert.Equal("text/html; charset=utf-8", bare.Content.Headers.ContentType!.ToString());
        Assert.Equal("<p>ü</p>", await bare.Content.ReadAsStringAsync());
    }

    private static string RandomText(Random random)
    {
        string[] letters = ["a", "<", "&", "\"", "'", ">", "ü", "世", "🎉", " "];
        return string.Concat(Enumerable.Range(0, random.Next(random.Next(2) == 0 ? 10 : 3000)).Select(_ => letters[random.Next(letters.Length)]));
    }

    private static string Escape(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal)
            .Replace("\"", "&quot;", StringComparison.Ordinal).Replace("'", "&#39;", StringComparison.Ordinal);

    private sealed class Angle
    {
        public override string ToString() => "&";
    }

    /// <summary>Gives as little memory as it may.</summary>
    private sealed class Stingy(Random random) : IBufferWriter<byte>
    {
        private readonly MemoryStream _written = new();
        private byte[] _room = [];

        public byte[] Written => _written.ToArray();

        public void Advance(int count) => _written.Write(_room, 0, count);

        public Memory<byte> GetMemory(int sizeHint = 0) => _room = new byte[Math.Max(sizeHint, 1) + random.Next(3)];

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
    }
}
