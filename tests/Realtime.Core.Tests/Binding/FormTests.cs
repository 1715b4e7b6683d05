using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Text;
using Realtime.Testing;

namespace Realtime.Core.Tests.Binding;

public sealed class FormTests
{
    private const string Boundary = "----edge";

    [Fact]
    public async Task Fields_are_bound_by_name()
    {
        var app = new App();
        app.Post("/", ([Form] string title, [Form] int count, [Form] bool agreed, [Form("tag")] string[] tags, [Form] int? age) =>
            $"{title} {count} {agreed} {string.Join('+', tags)} {age?.ToString() ?? "none"}");
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal((200, "a b&ü 3 True x+y none"), await PostAsync(server, "title=a+b%26%C3%BC&count=3&agreed=on&tag=x&tag=y&age="));
        Assert.Equal((200, " 3 False  none"), await PostAsync(server, "title=&count=3"));
    }

    [Fact]
    public async Task Every_field_that_does_not_fit_is_named()
    {
        var app = new App();
        app.Post("/", ([Form] string title, [Form, Range(1, 5)] int count, [Form] DateOnly when) => "fine");
        await using var server = await TestServer.StartAsync(app);
        using var content = Pairs("count=9&when=soon");

        using var response = await server.Http.PostAsync("/", content);

        Assert.Equal(
            ["form title is missing; it should be text", "form count should be from 1 to 5", "form when should be a date (ISO 8601), but is 'soon'"],
            await Answers.ErrorsOf(response));
    }

    [Theory]
    [InlineData("/body")]
    [InlineData("/form")]
    public async Task A_type_is_made_of_the_fields_and_checked(string path)
    {
        var app = new App();
        app.Post("/body", (Signup signup) => signup.ToString());
        app.Post("/form", ([Form] Signup signup) => signup.ToString());
        await using var server = await TestServer.StartAsync(app);
        using var fine = Pairs("name=Ada&age=36&address.city=London&roles=a&roles=b&items[0].count=1&items[1].count=2&news=on");
        using var wrong = Pairs("name=&age=x&address[city]=&items[0].count=z");
        using var unfit = Pairs("name=&age=200&address[city]=");

        using var accepted = await server.Http.PostAsync(path, fine);
        using var unread = await server.Http.PostAsync(path, wrong);
        using var refused = await server.Http.PostAsync(path, unfit);

        Assert.Equal("Ada 36 London a+b 1+2 True", await accepted.Content.ReadAsStringAsync());
        Assert.Equal(["form age should be a whole number (int), but is 'x'", "form items[0].count should be a whole number (int), but is 'z'"], await Answers.ErrorsOf(unread));
        Assert.Equal(
            ["form name is required, but is empty", "form age should be from 0 to 150", "form address.city should not be empty"], await Answers.ErrorsOf(refused));
    }

    [Fact]
    public async Task Files_are_bound()
    {
        var app = new App();
        app.Post("/", async (UploadedFile photo, UploadedFile? missing, UploadedFile[] more, [Form] string title) =>
            $"{photo.FileName} {photo.ContentType} {photo.Length} {Encoding.UTF8.GetString(await photo.ReadBytesAsync())} {missing is null} {more.Length} {title}");
        await using var server = await TestServer.StartAsync(app);
        using var content = new MultipartFormDataContent
        {
            { new StringContent("Holiday"), "title" },
            { Text("pixels", "image/png"), "photo", "me.png" },
            { Text("1", "text/plain"), "more", "a" },
            { Text("2", "text/plain"), "more", "b" },
        };

        using var response = await server.Http.PostAsync("/", content);

        Assert.Equal("me.png image/png 6 pixels True 2 Holiday", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_missing_file_is_named()
    {
        var app = new App();
        app.Post("/", (UploadedFile photo) => "fine");
        await using var server = await TestServer.StartAsync(app);

        using var nothing = await server.Http.PostAsync("/", null);
        using var empty = await server.Http.PostAsync("/", Multipart($"--{Boundary}\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"\"\r\nContent-Type: application/octet-stream\r\n\r\n\r\n--{Boundary}--\r\n"));

        Assert.Equal(["form photo is missing; it should be a file"], await Answers.ErrorsOf(nothing));
        Assert.Equal(["form photo is missing; it should be a file"], await Answers.ErrorsOf(empty));
    }

    [Theory]
    [InlineData("me.png", "me.png")]
    [InlineData("C:\\\\Users\\\\me\\\\me.png", "me.png")]
    [InlineData("../../etc/passwd", "passwd")]
    [InlineData("..", "_")]
    [InlineData("gr\u00fc\u00dfe \u4e2d.txt", "gr\u00fc\u00dfe \u4e2d.txt")]
    [InlineData("a%22b.txt", "a\"b.txt")]
    public async Task A_files_name_has_no_folders(string sent, string expected)
    {
        var app = new App();
        app.Post("/", (UploadedFile file) => file.FileName);
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.PostAsync(
            "/", Multipart($"--{Boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{sent}\"\r\n\r\nx\r\n--{Boundary}--\r\n"));

        Assert.Equal(expected, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task The_extended_form_of_a_files_name_goes_first()
    {
        var app = new App();
        app.Post("/", (UploadedFile file) => file.FileName);
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.PostAsync(
            "/", Multipart($"--{Boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"; filename*=UTF-8''na%C3%AFve.txt\r\n\r\nx\r\n--{Boundary}--\r\n"));

        Assert.Equal("naïve.txt", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("A")]
    [InlineData("\n")]
    [InlineData("\r")]
    [InlineData("\r\n")]
    [InlineData("A\r\nB\n\r")]
    [InlineData("\r\n----edg")]
    [InlineData("")]
    public async Task A_parts_bytes_arrive_as_they_are(string data)
    {
        var app = new App();
        app.Post("/", async ([Form] Form form) => string.Join(',', await form.Files[0].ReadBytesAsync()) + "|" + form["after"]);
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.PostAsync("/", Multipart(
            $"preamble\r\n--{Boundary}\r\nContent-Disposition: form-data; name=\"test\"; filename=\"testfile\"\r\nContent-Type: application/octet-stream\r\n\r\n{data}\r\n" +
            $"--{Boundary}\r\nContent-Disposition: form-data; name=\"after\"\r\n\r\nyes\r\n--{Boundary}--\r\nepilogue"));

        Assert.Equal(string.Join(',', Encoding.UTF8.GetBytes(data)) + "|yes", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("multipart/form-data", "", "header Content-Type should name the form's boundary, of 1 to 70 characters")]
    [InlineData("multipart/form-data; boundary=", "", "header Content-Type should name the form's boundary, of 1 to 70 characters")]
    [InlineData("multipart/form-data; boundary=x", "", "form $ is not a whole multipart form: its parts or its end are missing")]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nvalue", "form $ is not a whole multipart form: its parts or its end are missing")]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data\r\n\r\nvalue\r\n--x--", "form $ has a part without Content-Disposition: form-data; name=\"…\"")]
    [InlineData("multipart/form-data; boundary=x", "--x\r\n\r\nvalue\r\n--x--", "form $ has a part without Content-Disposition: form-data; name=\"…\"")]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nno colon here\r\n\r\nvalue\r\n--x--", "form $ is not a whole multipart form: its parts or its end are missing")]
    public async Task A_malformed_form_is_a_400_that_says_so(string contentType, string body, string expected)
    {
        var app = new App();
        app.Post("/", (Form form) => "fine");
        await using var server = await TestServer.StartAsync(app);
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);

        using var response = await server.Http.PostAsync("/", content);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal([expected], await Answers.ErrorsOf(response));
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_refused()
    {
        var app = new App();
        app.Post("/", ([Form] string title) => "fine");
        await using var server = await TestServer.StartAsync(app);
        using var content = new MultipartFormDataContent { { new ByteArrayContent([0xC3, 0x28]), "title" } };

        using var response = await server.Http.PostAsync("/", content);

        Assert.Equal(["form title should be text in UTF-8"], await Answers.ErrorsOf(response));
    }

    [Theory]
    [InlineData("parts")]
    [InlineData("pairs")]
    [InlineData("memory")]
    [InlineData("memory of pairs")]
    [InlineData("file")]
    [InlineData("header count")]
    [InlineData("header size")]
    public async Task Beyond_a_limit_it_is_413(string limit)
    {
        var app = new App(new AppOptions { Forms = new FormLimits { MaxParts = 3, MaxMemory = 100, MaxFileSize = 200, MaxHeaders = 3, MaxHeaderSize = 500 } });
        app.Post("/", (Form form) => "fine");
        await using var server = await TestServer.StartAsync(app);
        HttpContent content = limit switch
        {
            "parts" => Multipart(string.Concat(Enumerable.Repeat($"--{Boundary}\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n", 4)) + $"--{Boundary}--"),
            "pairs" => Pairs("a=1&a=2&a=3&a=4"),
            "memory" => Multipart($"--{Boundary}\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n{new string('x', 101)}\r\n--{Boundary}--"),
            "memory of pairs" => Pairs("a=" + new string('x', 100)),
            "file" => Multipart($"--{Boundary}\r\nContent-Disposition: form-data; name=\"a\"; filename=\"f\"\r\n\r\n{new string('x', 201)}\r\n--{Boundary}--"),
            "header count" => Multipart($"--{Boundary}\r\nContent-Disposition: form-data; name=\"a\"\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n1\r\n--{Boundary}--"),
            _ => Multipart($"--{Boundary}\r\nContent-Disposition: form-data; name=\"a\"\r\nA: {new string('x', 600)}\r\n\r\n1\r\n--{Boundary}--"),
        };

        using var response = await server.Http.PostAsync("/", content);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task A_file_beyond_the_memory_waits_on_disk_and_is_gone_with_the_request()
    {
        var folder = Directory.CreateTempSubdirectory("realtime-form");
        UploadedFile? kept = null;
        var app = new App(new AppOptions { Forms = new FormLimits { MaxMemory = 1000, Folder = folder.FullName } });
        app.Post("/", async (UploadedFile file, Request request) =>
        {
            kept = file;
            await using var one = file.OpenRead();
            await using var other = file.OpenRead();
            one.Position = file.Length - 1;
            await file.SaveAsync(Path.Combine(folder.FullName, "saved"));
            return $"{file.Length} {one.ReadByte()} {other.ReadByte()} {new FileInfo(Path.Combine(folder.FullName, "saved")).Length}";
        });
        await using var server = await TestServer.StartAsync(app);
        var bytes = Enumerable.Range(0, 200_000).Select(static index => (byte)index).ToArray();
        using var content = new MultipartFormDataContent { { new ByteArrayContent(bytes), "file", "big" } };

        using var response = await server.Http.PostAsync("/", content);

        Assert.Equal($"200000 {199_999 % 256} 0 200000", await response.Content.ReadAsStringAsync());
        Assert.Throws<ObjectDisposedException>(() => kept!.OpenRead());
        Assert.Equal(["saved"], folder.GetFiles().Select(static file => file.Name));
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Parts_can_be_read_while_they_arrive()
    {
        var app = new App();
        app.Post("/", async (Request request) =>
        {
            var seen = new List<string>();
            await foreach (var part in request.ReadPartsAsync())
            {
                // The second is passed over unread.
                seen.Add(seen.Count == 1 ? part.Name : $"{part.Name} {part.FileName} {await part.ReadTextAsync()}");
            }
            return string.Join('|', seen);
        });
        await using var server = await TestServer.StartAsync(app);
        using var content = new MultipartFormDataContent { { new StringContent("1"), "a" }, { Text(new string('x', 100_000), "text/plain"), "b", "f" }, { Text("3", "text/plain"), "c", "g" } };

        using var response = await server.Http.PostAsync("/", content);

        Assert.Equal("a  1|b|c g 3", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task The_form_is_read_once_and_given_again()
    {
        var app = new App();
        app.Post("/", async ([Form] int a, Request request) => ReferenceEquals(await request.ReadFormAsync(), await request.ReadFormAsync()) ? $"{(await request.ReadFormAsync()).Get<int>("a") + a}" : "two");
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal((200, "4"), await PostAsync(server, "a=2"));
    }

    [Fact]
    public async Task A_body_that_is_no_form_is_415()
    {
        var app = new App();
        app.Post("/", ([Form] string title) => title);
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.PostAsync("/", new StringContent("{}", Encoding.UTF8, "application/json"));

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Fact]
    public async Task A_larger_body_may_be_allowed_for_one_form()
    {
        var app = new App();
        app.Post("/", async (Request request) => (await request.ReadFormAsync(new FormLimits { MaxBodySize = 1000 })).Names.Count);
        await using var server = await TestServer.StartAsync(app);
        using var fits = Pairs("a=1");
        using var large = Pairs("a=" + new string('x', 1000));

        using var accepted = await server.Http.PostAsync("/", fits);
        using var refused = await server.Http.PostAsync("/", large);

        Assert.Equal("1", await accepted.Content.ReadAsStringAsync());
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, refused.StatusCode);
    }

    private static ByteArrayContent Multipart(string body)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", $"multipart/form-data; boundary=\"{Boundary}\"");
        return content;
    }

    private static StringContent Pairs(string text) => new(text, Encoding.UTF8, "application/x-www-form-urlencoded");

    private static StringContent Text(string text, string type) => new(text, Encoding.UTF8, new System.Net.Http.Headers.MediaTypeHeaderValue(type));

    private static async Task<(int Status, string Text)> PostAsync(TestServer server, string pairs)
    {
        using var content = Pairs(pairs);
        using var response = await server.Http.PostAsync("/", content);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private sealed record Signup([property: Required] string Name, [property: Range(0, 150)] int Age, Address Address, string[] Roles, List<Item>? Items = null, bool News = false)
    {
        public override string ToString() => $"{Name} {Age} {Address.City} {string.Join('+', Roles)} {string.Join('+', (Items ?? []).Select(static item => item.Count))} {News}";
    }

    private sealed record Address([property: MinLength(1)] string City);

    private sealed record Item(int Count);
}
