using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Realtime.Testing;

namespace Realtime.Core.Tests.Binding;

public sealed class ValidationTests
{
    [Theory]
    [InlineData("""{"title":"Tea","mail":"a@b.c","stars":3}""")]
    [InlineData("""{"title":"Tea"}""")]
    public async Task What_keeps_the_rules_goes_through(string json)
    {
        using var response = await PostAsync<Review>(json);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("""{"title":""}""", "$.title is required, but is empty")]
    [InlineData("""{"title":"A very long title"}""", "$.title should have 2 to 10 characters")]
    [InlineData("""{"title":"Tea","mail":"nobody"}""", "$.mail should be an e-mail address")]
    [InlineData("""{"title":"Tea","stars":6}""", "$.stars should be from 1 to 5")]
    [InlineData("""{"title":"Tea","price":0}""", "$.price should be more than 0 and at most 99.5")]
    [InlineData("""{"title":"Tea","code":"abc"}""", "$.code should match the pattern ^[0-9]+$")]
    [InlineData("""{"title":"Tea","tags":["a","b","c"]}""", "$.tags should have at most 2 items")]
    [InlineData("""{"title":"Tea","colour":"blue"}""", "$.colour should be one of red, green")]
    [InlineData("""{"title":"Tea","even":3}""", "$.even Even numbers only")]
    [InlineData("""{"title":"Tea","said":""}""", "$.said Say something.")]
    public async Task What_was_expected_is_said(string json, string expected)
    {
        using var response = await PostAsync<Review>(json);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(["body " + expected], await Answers.ErrorsOf(response));
    }

    [Fact]
    public async Task All_members_are_told_of_at_once()
    {
        using var response = await PostAsync<Review>("""{"title":"","mail":"x","stars":9}""");

        Assert.Equal(["body $.title is required, but is empty", "body $.mail should be an e-mail address", "body $.stars should be from 1 to 5"], await Answers.ErrorsOf(response));
    }

    [Fact]
    public async Task Nested_objects_lists_and_dictionaries_are_checked_with_their_path()
    {
        using var response = await PostAsync<Order>(
            """{"customer":{"name":""},"lines":[{"count":1},{"count":0}],"notes":{"first":{"name":"x"},"second":{"name":""}},"extra":{"count":-1}}""");

        Assert.Equal(
            ["body $.customer.name is required, but is empty", "body $.lines[1].count should be from 1 to 9", "body $.notes.second.name is required, but is empty", "body $.extra.count should be from 1 to 9"],
            await Answers.ErrorsOf(response));
    }

    [Fact]
    public async Task A_list_as_the_body_is_checked_item_by_item()
    {
        using var response = await PostAsync<List<Line>>("""[{"count":1},{"count":10}]""");

        Assert.Equal(["body $[1].count should be from 1 to 9"], await Answers.ErrorsOf(response));
    }

    [Fact]
    public async Task A_type_that_holds_itself_is_checked_all_the_way_down()
    {
        using var response = await PostAsync<Tree>("""{"name":"a","children":[{"name":"b","children":[{"name":""}]}]}""");

        Assert.Equal(["body $.children[0].children[0].name is required, but is empty"], await Answers.ErrorsOf(response));
    }

    [Fact]
    public async Task Derived_types_are_checked_by_their_own_rules()
    {
        using var response = await PostAsync<Shape>("""{"kind":"circle","radius":-1}""");

        Assert.Equal(["body $.radius should be from 0 to 10"], await Answers.ErrorsOf(response));
    }

    [Fact]
    public async Task An_object_may_check_itself_once_its_members_fit()
    {
        using var wrongMember = await PostAsync<Span>("""{"from":3,"to":99}""");
        using var wrongWhole = await PostAsync<Span>("""{"from":3,"to":1}""");
        using var fine = await PostAsync<Span>("""{"from":1,"to":3}""");

        Assert.Equal(["body $.to should be from 0 to 9"], await Answers.ErrorsOf(wrongMember));
        Assert.Equal(["body $.to To is before from.", "body $ Nothing fits."], await Answers.ErrorsOf(wrongWhole));
        Assert.Equal(HttpStatusCode.OK, fine.StatusCode);
    }

    [Fact]
    public async Task Rules_may_ask_services_and_other_members()
    {
        var app = new App();
        app.Services.AddSingleton(new Limits(3));
        app.Post("/", (Password body) => "fine");
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.PostAsJsonAsync("/", new { word = "secret", again = "other", level = 4 });

        Assert.Equal(["body $.again should be the same as 'word'", "body $.level At most 3."], await Answers.ErrorsOf(response));
    }

    [Fact]
    public async Task Parameters_are_checked_too()
    {
        var app = new App();
        app.Get("/{id}", ([Range(1, 9)] int id, [StringLength(3)] string q, [Range(1, 100)] int size = 20) => $"{id} {q} {size}");
        await using var server = await TestServer.StartAsync(app);

        Assert.Equal("5 abc 20", await server.Http.GetStringAsync("/5?q=abc"));
        using var response = await server.Http.GetAsync("/10?q=abcd&size=0");
        Assert.Equal(
            ["route id should be from 1 to 9", "query q should have at most 3 characters", "query size should be from 1 to 100"], await Answers.ErrorsOf(response));
    }

    [Fact]
    public async Task A_records_attributes_count_on_its_parameters_and_its_properties()
    {
        using var response = await PostAsync<Both>("""{"left":"","right":""}""");

        Assert.Equal(["body $.left is required, but is empty", "body $.right is required, but is empty"], await Answers.ErrorsOf(response));
    }

    [Fact]
    public async Task Only_so_many_faults_are_told()
    {
        using var response = await PostAsync<List<Line>>("[" + string.Join(',', Enumerable.Repeat("""{"count":0}""", 5000)) + "]");

        Assert.Equal(50, (await Answers.ErrorsOf(response)).Length);
    }

    [Fact]
    public async Task A_pattern_that_never_ends_refuses_the_text()
    {
        using var response = await PostAsync<Slow>("{\"text\":\"" + new string('a', 40) + "!\"}");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task What_a_handler_reads_itself_is_checked_too()
    {
        var app = new App();
        app.Post("/", async (Request request) => (await request.ReadJsonAsync<Line>()).Count);
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.PostAsJsonAsync("/", new { count = 10 });

        Assert.Equal(["body $.count should be from 1 to 9"], await Answers.ErrorsOf(response));
    }

    [Fact]
    public async Task An_app_can_refuse_inputs_in_the_same_words()
    {
        var app = new App();
        app.Get("/", string () => throw new HttpError(422, "Taken.") { Errors = [new FieldError("name", "query", "is taken")] });
        await using var server = await TestServer.StartAsync(app);

        using var response = await server.Http.GetAsync("/");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, response.StatusCode);
        Assert.Equal(["query name is taken"], await Answers.ErrorsOf(response));
    }

    private static async Task<HttpResponseMessage> PostAsync<T>(string json)
    {
        var app = new App();
        app.Post("/", ([Body] T body) => "fine");
        await using var server = await TestServer.StartAsync(app);
        return await server.Http.PostAsync("/", new StringContent(json, Encoding.UTF8, "application/json"));
    }

    private sealed record Review([property: Required, StringLength(10, MinimumLength = 2)] string Title)
    {
        [EmailAddress]
        public string? Mail { get; init; }

        [Range(1, 5)]
        public int? Stars { get; init; }

        [Range(0, 99.5, MinimumIsExclusive = true)]
        public decimal Price { get; init; } = 1;

        [RegularExpression("^[0-9]+$")]
        public string? Code { get; init; }

        [MaxLength(2)]
        public string[]? Tags { get; init; }

        [AllowedValues("red", "green", null)]
        public string? Colour { get; init; }

        [Even]
        public int Even { get; init; }

        [MinLength(1, ErrorMessage = "Say something.")]
        public string? Said { get; init; }
    }

    private sealed record Order(Person Customer, Line[] Lines, Dictionary<string, Person>? Notes = null, Line? Extra = null);

    private sealed record Person([Required] string Name);

    private record struct Line([property: Range(1, 9)] int Count);

    private sealed record Tree([property: Required] string Name, List<Tree>? Children = null);

    [JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
    [JsonDerivedType(typeof(Circle), "circle")]
    private abstract record Shape;

    private sealed record Circle([property: Range(0, 10)] int Radius) : Shape;

    private sealed record Both([property: Required] string Left, [Required] string Right);

    private sealed record Slow([property: RegularExpression("^(a+)+$", MatchTimeoutInMilliseconds = 50)] string Text);

    private sealed record Limits(int Most);

    private sealed record Span([property: Range(0, 9)] int From, [property: Range(0, 9)] int To) : IValidatableObject
    {
        public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
        {
            if (To < From)
            {
                yield return new ValidationResult("To is before from.", [nameof(To)]);
                yield return new ValidationResult("Nothing fits.");
            }
        }
    }

    private sealed record Password(string Word, [property: Compare("Word")] string Again, [property: UnderLimit] int Level);

    private sealed class EvenAttribute : ValidationAttribute
    {
        public override bool IsValid(object? value) => value is int number && number % 2 == 0;

        public override string FormatErrorMessage(string name) => $"{name} numbers only";
    }

    private sealed class UnderLimitAttribute : ValidationAttribute
    {
        protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
            (int)value! <= validationContext.GetRequiredService<Limits>().Most ? ValidationResult.Success : new ValidationResult("At most 3.");
    }
}
