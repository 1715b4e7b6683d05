using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using Realtime.Testing;

namespace Realtime.OpenApi.Tests;

public sealed class DocumentTests
{
    [Fact]
    public async Task It_is_an_OpenAPI_3_1_document_without_a_fault()
    {
        await using var server = await TestServer.StartAsync(NoteRoutes.Create(new OpenApiOptions { Title = "Notes", Version = "2.0.0", Description = "For notes." }));
        using var response = await server.Http.GetAsync("/openapi.json");
        await using var stream = await response.Content.ReadAsStreamAsync();

        var read = await OpenApiDocument.LoadAsync(stream, "json");

        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.Empty(read.Diagnostic!.Errors);
        Assert.Empty(read.Diagnostic.Warnings);
        Assert.Equal(OpenApiSpecVersion.OpenApi3_1, read.Diagnostic.SpecificationVersion);
        Assert.Equal(("Notes", "2.0.0", "For notes."), (read.Document!.Info.Title, read.Document.Info.Version, read.Document.Info.Description));
        Assert.Equal(["/days/{day}", "/files/{name}", "/limits/{level}/{name}.json", "/notes", "/notes/{id}", "/pages", "/pages/{number}", "/view"], read.Document.Paths.Keys.Order(StringComparer.Ordinal));
        // Whatever a reference names is there.
        Assert.All(References(await DocumentAsync(server)), reference => Assert.NotNull(reference.Target));
    }

    [Fact]
    public async Task A_query_has_names_types_defaults_limits_and_doc_comments()
    {
        await using var server = await TestServer.StartAsync(NoteRoutes.Create());
        var list = (await DocumentAsync(server))["paths"]!["/notes"]!["get"]!;
        var parameters = list["parameters"]!.AsArray().ToDictionary(static one => (string)one!["name"]!, static one => one!);

        Assert.Equal("notes.list", (string)list["operationId"]!);
        Assert.Equal("Lists the notes", (string)list["summary"]!);
        Assert.Equal("Those that the reader may see.", (string)list["description"]!);
        Assert.Equal(["notes"], list["tags"]!.AsArray().Select(static tag => (string)tag!));
        Assert.All(parameters.Values, static parameter => Assert.Equal(("query", false), ((string)parameter["in"]!, (bool?)parameter["required"] ?? false)));
        Assert.Equal("Only those with this tag.", (string)parameters["tag"]["description"]!);
        Assert.Equal("""{"type":"string","enum":["Newest","Oldest"],"default":"Newest"}""", Sorted(parameters["order"]["schema"]!, "type", "enum", "default"));
        Assert.Equal("""{"type":"integer","minimum":1,"maximum":100,"default":20}""", Sorted(parameters["limit"]["schema"]!, "type", "minimum", "maximum", "default"));
    }

    [Fact]
    public async Task A_path_has_its_parameters_with_their_types()
    {
        await using var server = await TestServer.StartAsync(NoteRoutes.Create());
        var document = await DocumentAsync(server);

        var id = document["paths"]!["/notes/{id}"]!["get"]!["parameters"]![0]!;
        Assert.Equal(("id", "path", true, "integer"), ((string)id["name"]!, (string)id["in"]!, (bool)id["required"]!, (string)id["schema"]!["type"]!));
        var day = document["paths"]!["/days/{day}"]!["get"]!["parameters"]!.AsArray();
        Assert.Equal(["day date", "id uuid", "size "], day.Select(static one => $"{one!["name"]} {one["schema"]!["format"]}"));
        Assert.Equal(("array", "integer"), ((string)day[2]!["schema"]!["type"]!, (string)day[2]!["schema"]!["items"]!["type"]!));
        Assert.Equal("A language.", (string)document["paths"]!["/notes/{id}"]!["get"]!["parameters"]![1]!["description"]!);
    }

    [Fact]
    public async Task What_a_pattern_asks_for_is_in_the_schema_and_an_optional_end_is_a_path_of_its_own()
    {
        await using var server = await TestServer.StartAsync(NoteRoutes.Create());
        var paths = (await DocumentAsync(server))["paths"]!;

        var limits = paths["/limits/{level}/{name}.json"]!["get"]!["parameters"]!;
        Assert.Equal((1, 5), ((int)limits[0]!["schema"]!["minimum"]!, (int)limits[0]!["schema"]!["maximum"]!));
        Assert.Equal("name", (string)limits[1]!["name"]!);
        Assert.Equal(0, paths["/pages"]!["get"]!["parameters"]?.AsArray().Count ?? 0);
        Assert.Equal("integer", (string)paths["/pages/{number}"]!["get"]!["parameters"]![0]!["schema"]!["type"]!);
        Assert.NotEqual((string)paths["/pages"]!["get"]!["operationId"]!, (string)paths["/pages/{number}"]!["get"]!["operationId"]!);
    }

    [Fact]
    public async Task Each_method_of_a_class_is_an_operation()
    {
        await using var server = await TestServer.StartAsync(NoteRoutes.Create());
        var view = (await DocumentAsync(server))["paths"]!["/view"]!;

        Assert.NotNull(view["get"]!["responses"]!["200"]!["content"]!["text/plain"]);
        Assert.Null(view["get"]!["requestBody"]);
        Assert.Equal("#/components/schemas/NewNote", (string)view["post"]!["requestBody"]!["content"]!["application/json"]!["schema"]!["$ref"]!);
    }

    [Fact]
    public async Task A_body_is_a_schema_with_the_limits_of_its_attributes()
    {
        await using var server = await TestServer.StartAsync(NoteRoutes.Create());
        var document = await DocumentAsync(server);
        var body = document["paths"]!["/notes"]!["post"]!["requestBody"]!;

        Assert.True((bool)body["required"]!);
        Assert.Equal("#/components/schemas/NewNote", (string)body["content"]!["application/json"]!["schema"]!["$ref"]!);
        var schema = document["components"]!["schemas"]!["NewNote"]!;
        Assert.Equal(["title"], schema["required"]!.AsArray().Select(static one => (string)one!));
        var members = schema["properties"]!;
        Assert.Equal((3, 80), ((int)members["title"]!["minLength"]!, (int)members["title"]!["maxLength"]!));
        Assert.Equal((1, 5, 3), ((int)members["stars"]!["minimum"]!, (int)members["stars"]!["maximum"]!, (int)members["stars"]!["default"]!));
        Assert.Equal(4, (int)members["tags"]!["maxItems"]!);
        Assert.Equal("^(?:[a-z]+)$", (string)members["slug"]!["pattern"]!);
        Assert.Equal("integer", (string)members["stars"]!["type"]!);
    }

    [Fact]
    public async Task Objects_within_objects_are_referred_to_and_described()
    {
        await using var server = await TestServer.StartAsync(NoteRoutes.Create());
        var schemas = (await DocumentAsync(server))["components"]!["schemas"]!;
        var note = schemas["Note"]!;

        Assert.Equal("A note as it is kept.", (string)note["description"]!);
        Assert.Equal("Counts from one.", (string)note["properties"]!["id"]!["description"]!);
        Assert.Equal("What this one answers.", (string)note["properties"]!["parent"]!["description"]!);
        Assert.Equal("#/components/schemas/Note", (string)note["properties"]!["parent"]!["anyOf"]![0]!["$ref"]!);
        Assert.Equal("#/components/schemas/Author", (string)note["properties"]!["author"]!["anyOf"]![0]!["$ref"]!);
        Assert.Equal("email", (string)schemas["Author"]!["properties"]!["email"]!["format"]!);
        Assert.Equal("date-time", (string)note["properties"]!["at"]!["format"]!);
    }

    [Fact]
    public async Task Answers_are_those_that_the_handler_or_the_route_says()
    {
        await using var server = await TestServer.StartAsync(NoteRoutes.Create());
        var paths = (await DocumentAsync(server))["paths"]!;

        Assert.Equal(["200", "400", "default"], Statuses(paths["/notes"]!["get"]!));
        Assert.Equal("#/components/schemas/Note", (string)paths["/notes"]!["get"]!["responses"]!["200"]!["content"]!["application/json"]!["schema"]!["items"]!["$ref"]!);
        Assert.Equal(["200", "400", "404", "default"], Statuses(paths["/notes/{id}"]!["get"]!));
        Assert.Equal(["201", "400", "409", "default"], Statuses(paths["/notes"]!["post"]!));
        Assert.Equal("#/components/schemas/Note", (string)paths["/notes"]!["post"]!["responses"]!["201"]!["content"]!["application/json"]!["schema"]!["$ref"]!);
        Assert.Equal("#/components/responses/Problem", (string)paths["/notes"]!["post"]!["responses"]!["409"]!["$ref"]!);
        Assert.Equal("There is one of this title.", (string)paths["/notes"]!["post"]!["responses"]!["409"]!["description"]!);
        Assert.Equal(["204", "400", "default"], Statuses(paths["/notes/{id}"]!["delete"]!));
        Assert.Equal("string", (string)paths["/files/{name}"]!["get"]!["responses"]!["200"]!["content"]!["text/plain"]!["schema"]!["type"]!);
        Assert.True((bool)paths["/notes/{id}"]!["delete"]!["deprecated"]!);
        Assert.Equal(["danger"], paths["/notes/{id}"]!["delete"]!["tags"]!.AsArray().Select(static tag => (string)tag!));
        Assert.Equal(("Add a note", "It is *kept*."), ((string)paths["/notes"]!["post"]!["summary"]!, (string)paths["/notes"]!["post"]!["description"]!));
    }

    [Fact]
    public async Task The_document_can_be_changed_before_it_is_written_and_be_elsewhere()
    {
        var app = NoteRoutes.Create(new OpenApiOptions
        {
            Path = "/api/openapi.json",
            UiPath = null,
            Configure = static document => document.Info.License = new OpenApiLicense { Name = "MIT" },
        });
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("MIT", (string)(await DocumentAsync(server, "/api/openapi.json"))["info"]!["license"]!["name"]!);
        Assert.Equal(404, (int)(await server.Http.GetAsync("/docs")).StatusCode);
        Assert.Throws<InvalidOperationException>(() => NoteRoutes.Create().OpenApi());
    }

    private static async Task<JsonNode> DocumentAsync(TestServer server, string path = "/openapi.json") => JsonNode.Parse(await server.Http.GetStringAsync(path))!;

    private static IEnumerable<string> Statuses(JsonNode operation) => operation["responses"]!.AsObject().Select(static one => one.Key).Order(StringComparer.Ordinal);

    private static string Sorted(JsonNode schema, params string[] names) =>
        new JsonObject(names.Select(name => KeyValuePair.Create(name, schema[name]?.DeepClone()))).ToJsonString();

    private static IEnumerable<(string Reference, JsonNode? Target)> References(JsonNode document)
    {
        var open = new Stack<JsonNode>([document]);
        while (open.TryPop(out var node))
        {
            if (node is JsonObject map)
            {
                if (map["$ref"] is JsonValue value && value.TryGetValue<string>(out var reference))
                {
                    yield return (reference, reference[2..].Split('/').Aggregate((JsonNode?)document, static (place, step) => place?[step.Replace("~1", "/", StringComparison.Ordinal)]));
                }
                foreach (var child in map.Select(static pair => pair.Value).OfType<JsonNode>())
                {
                    open.Push(child);
                }
            }
            else if (node is JsonArray list)
            {
                foreach (var child in list.OfType<JsonNode>())
                {
                    open.Push(child);
                }
            }
        }
    }
}
