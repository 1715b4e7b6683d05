using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Realtime.Middleware;

/// <summary>All that is known of a request that failed, for the person at work on the app. Secrets are masked.</summary>
internal sealed class DebugReport
{
    // A chain that goes on for longer says nothing new.
    private const int MostExceptions = 10;

    private readonly SecretMask _mask = new();

    public DebugReport(Exception exception, Request request)
    {
        var connection = request.Connection;
        Headers = [.. connection.RequestHeaders.Select(field => (field.Key, _mask.Header(field.Key, field.Value.ToString())))];
        Query = [.. request.Query.Names.Select(name => (name, _mask.Field(name, request.Query[name].ToString())))];
        Form = [.. request.BoundForm?.Names.Select(name => (name, _mask.Field(name, request.BoundForm[name].ToString()))) ?? []];
        Values = [.. request.RouteValues.Select(pair => (pair.Key, _mask.Field(pair.Key, pair.Value)))];
        Target = _mask.Text($"{connection.RootPath}{connection.Path}");
        Method = request.Method;
        Route = request.Route is { } route ? $"{route}{(route.Name is { } name ? $"  ({name})" : "")}" : "none";
        Client = connection.Client?.ToString() ?? "";
        Exceptions = [.. Chain(exception).Take(MostExceptions).Select(one => new DebuggedException(one, _mask))];
        Text = _mask.Text(Write(exception));
    }

    public string Method { get; }

    public string Target { get; }

    public string Route { get; }

    public string Client { get; }

    public IReadOnlyList<(string Name, string Value)> Headers { get; }

    public IReadOnlyList<(string Name, string Value)> Query { get; }

    public IReadOnlyList<(string Name, string Value)> Form { get; }

    public IReadOnlyList<(string Name, string Value)> Values { get; }

    /// <summary>The exceptions, the outermost first.</summary>
    public IReadOnlyList<DebuggedException> Exceptions { get; }

    /// <summary>The whole of it as text, to be copied.</summary>
    public string Text { get; }

    private static IEnumerable<Exception> Chain(Exception? exception)
    {
        while (exception is not null)
        {
            yield return exception;
            if (exception is AggregateException { InnerExceptions.Count: > 1 } several)
            {
                foreach (var inner in several.InnerExceptions.SelectMany(Chain))
                {
                    yield return inner;
                }
                yield break;
            }
            exception = exception.InnerException;
        }
    }

    private string Write(Exception exception)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{Method} {Target}");
        text.AppendLine(CultureInfo.InvariantCulture, $"Route: {Route}");
        foreach (var (title, fields) in new[] { ("Route values", Values), ("Query", Query), ("Form", Form), ("Headers", Headers) })
        {
            if (fields.Count > 0)
            {
                text.AppendLine().AppendLine(CultureInfo.InvariantCulture, $"{title}:");
                foreach (var (name, value) in fields)
                {
                    text.AppendLine(CultureInfo.InvariantCulture, $"  {name}: {value}");
                }
            }
        }
        return text.AppendLine().AppendLine(exception.ToString()).AppendLine()
            .Append(CultureInfo.InvariantCulture, $"{RuntimeInformation.FrameworkDescription} on {RuntimeInformation.OSDescription}, Realtime {typeof(App).Assembly.GetName().Version!.ToString(3)}").ToString();
    }
}
