using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Realtime.Http;

namespace Realtime.Binding;

/// <summary>Reads a request's body as a value, by its Content-Type, and says where it is wrong when it is.</summary>
internal abstract class BodyReader
{
    /// <summary>A reader for one parameter: what it is when the body is absent, and what must hold for it.</summary>
    public static BodyReader For(ParameterInfo parameter, JsonSerializerOptions options)
    {
        var optional = ParameterDefault.TryGet(parameter, out var absent);
        return For(parameter.ParameterType, options, optional, absent);
    }

    /// <summary>A reader for a type whose body must be there.</summary>
    public static BodyReader For(Type type, JsonSerializerOptions options) => For(type, options, optional: false, absent: null);

    /// <summary>Reads the body, whole and checked.</summary>
    public abstract ValueTask<object?> ReadAsync(Request request);

    private static BodyReader For(Type type, JsonSerializerOptions options, bool optional, object? absent) =>
        (BodyReader)Activator.CreateInstance(
            typeof(BodyReader<>).MakeGenericType(type),
            BindingFlags.Public | BindingFlags.Instance | BindingFlags.DoNotWrapExceptions,
            null,
            [options.GetTypeInfo(type), RuleBook.Of(options).Find(type), optional, absent],
            null)!;
}

/// <summary>Reads a request's body as a value of one type.</summary>
/// <param name="type">The contract that names its members in every format.</param>
/// <param name="rule">What must hold inside of it; null for nothing.</param>
/// <param name="optional">Whether an empty body or a null stands for <paramref name="absent"/>.</param>
/// <param name="absent">The value of an empty body.</param>
internal sealed class BodyReader<T>(JsonTypeInfo<T> type, ValueRule<T>? rule, bool optional, object? absent) : BodyReader
{
    private readonly JsonBody<T> _json = new(type);

    // Most bodies are no forms, and not every type can be one: what reads it is made when the first comes.
    private FieldShape? _fields;

    public override ValueTask<object?> ReadAsync(Request request)
    {
        var http = request.Http;
        if (http.RequestHeaders.ContentType is not { } contentType)
        {
            return HasBody(request)
                ? throw new HttpError(415, "The body has no Content-Type: send JSON as application/json.")
                : new ValueTask<object?>(optional ? absent : throw Empty());
        }
        if (MediaRange.IsJson(contentType))
        {
            var reading = _json.ReadAsync(request);
            return reading.IsCompletedSuccessfully ? new ValueTask<object?>(Checked(reading.Result, request)) : AwaitAsync(reading, request);
        }
        if (MediaRange.IsForm(contentType))
        {
            return ReadFormAsync(request);
        }
        return MediaRange.IsMessagePack(contentType)
            ? ReadMessagePackAsync(request)
            : throw new HttpError(415, $"The body's Content-Type is '{contentType}': send JSON as application/json, MessagePack as application/msgpack, or a form.");
    }

    private static bool HasBody(Request request) =>
        request.Headers.ContentLength is not (null or 0) || request.Headers.Contains("Transfer-Encoding");

    private async ValueTask<object?> AwaitAsync(ValueTask<BodyValue<T>> reading, Request request) => Checked(await reading, request);

    private async ValueTask<object?> ReadMessagePackAsync(Request request)
    {
        var bytes = await request.ReadBytesAsync();
        return Checked(bytes.Length == 0 ? BodyValue<T>.Absent : MessagePackBody.Read(bytes, type), request);
    }

    private async ValueTask<object?> ReadFormAsync(Request request)
    {
        var form = await request.ReadFormAsync();
        var value = (_fields ??= FieldShape.For(typeof(T), type.Options)).ReadWhole(form, "form");
        return Checked(new BodyValue<T>(true, (T?)value), request, root: "", source: "form");
    }

    private object? Checked(BodyValue<T> body, Request request, string root = "$", string source = "body")
    {
        // Of a value type the absent one is a value too.
        if (!body.IsThere || body.Value is not { } value)
        {
            return optional ? absent : throw (body.IsThere ? new BindingException("$", "body", $"should be {JsonProblem.Expected(type)}, but is null") : Empty());
        }
        if (rule is not null)
        {
            var faults = new Faults(request);
            rule.Check(value, ref faults);
            faults.ThrowIfAny(root, source);
        }
        return value;
    }

    private BindingException Empty() => new("$", "body", $"is missing; it should be {JsonProblem.Expected(type)} as JSON");
}
