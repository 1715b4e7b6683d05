using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Realtime.Jobs;

/// <summary>What the jobs commands write: tables for people, or one JSON document for scripts.</summary>
internal sealed class JobsTerminal(TextWriter output, TextWriter error, bool isJson, TimeProvider time)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes an answer.</summary>
    /// <param name="answer">As JSON.</param>
    /// <param name="text">For people.</param>
    public void Answer<T>(T answer, Action<TextWriter> text)
    {
        if (isJson)
        {
            output.WriteLine(JsonSerializer.Serialize(answer, Json));
        }
        else
        {
            text(output);
        }
    }

    /// <summary>Says what is wrong. Returns the exit code.</summary>
    public int Fail(string message)
    {
        error.WriteLine(message);
        return JobsCommand.Failed;
    }

    /// <summary>How long ago or until: <c>12s</c>, <c>5m</c>, <c>3h</c>, <c>2d</c>; nothing for no moment.</summary>
    public string Age(DateTimeOffset? moment)
    {
        if (moment is not { } some)
        {
            return "";
        }
        var age = (time.GetUtcNow() - some).Duration();
        return age switch
        {
            { TotalSeconds: < 60 } => $"{(int)age.TotalSeconds}s",
            { TotalMinutes: < 60 } => $"{(int)age.TotalMinutes}m",
            { TotalHours: < 24 } => $"{(int)age.TotalHours}h",
            _ => $"{(int)age.TotalDays}d",
        };
    }

    public static string Time(DateTimeOffset? moment) => moment?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "";

    public static string State(JobState state) => state.ToString().ToLowerInvariant();

    public static string Indented(object? value) => JsonSerializer.Serialize(value, Json);
}
