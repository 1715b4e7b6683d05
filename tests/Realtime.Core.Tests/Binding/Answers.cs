using System.Net.Http.Json;
using System.Text.Json;

namespace Realtime.Core.Tests.Binding;

/// <summary>Reads what a problem document says of each input.</summary>
internal static class Answers
{
    public static async Task<string[]> ErrorsOf(HttpResponseMessage response)
    {
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        return !problem.TryGetProperty("errors", out var errors)
            ? []
            : [.. errors.EnumerateArray().Select(error => $"{error.GetProperty("source").GetString()} {error.GetProperty("field").GetString()} {error.GetProperty("problem").GetString()}")];
    }
}
