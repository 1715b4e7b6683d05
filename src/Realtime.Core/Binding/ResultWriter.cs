using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Realtime.Http;

namespace Realtime.Binding;

/// <summary>Writes a handler's result as the response; one is chosen for each handler by what it returns.</summary>
internal abstract class ResultWriter
{
    public static ResultWriter For(Type type, bool answersItself, JsonSerializerOptions options)
    {
        if (type == typeof(void))
        {
            return answersItself ? new NothingWriter() : new NoContentWriter();
        }
        if (type == typeof(string))
        {
            return new TextWriter();
        }
        if (type.IsAssignableTo(typeof(Response)))
        {
            return new ResponseWriter();
        }
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueTuple<,>) && type.GenericTypeArguments[1] == typeof(int))
        {
            return new StatusWriter(For(type.GenericTypeArguments[0], answersItself, options));
        }
        if (type.IsAssignableTo(typeof(Stream)))
        {
            return new StreamWriter();
        }
        if (SequenceOf(type) is { } item)
        {
            return (ResultWriter)Activator.CreateInstance(typeof(SequenceWriter<>).MakeGenericType(item))!;
        }
        return MayBeMore(type) ? new ObjectWriter(type, options) : new ValueWriter(type, options);
    }

    /// <summary>Whether it writes values alone: no code of the app runs that could keep the connection.</summary>
    public virtual bool WritesValues => false;

    /// <summary>Writes a result that is not null, or whatever the kind makes of null.</summary>
    public virtual ValueTask WriteAsync(Request request, object? result) =>
        result is null ? Nothing(request) : WriteValueAsync(request, result);

    /// <summary>Makes a result a response that hooks can see before it is sent.</summary>
    /// <param name="request">The request.</param>
    /// <param name="result">What the handler returned.</param>
    /// <param name="status">The status where the result says none.</param>
    public virtual Response ToResponse(Request request, object? result, int status = 200)
    {
        if (result is not null)
        {
            return ResponseOf(result, status);
        }
        return request.Method is "GET" or "HEAD" ? throw HttpError.NotFound($"There is nothing at {request.Path}.") : Response.NoContent();
    }

    protected abstract ValueTask WriteValueAsync(Request request, object result);

    protected abstract Response ResponseOf(object result, int status);

    private static Type? SequenceOf(Type type) => type.GetInterfaces().Append(type)
        .FirstOrDefault(static face => face.IsGenericType && face.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>))?.GenericTypeArguments[0];

    /// <summary>Whether a value declared as this type may turn out to be one that is no value: text, a response, a page.</summary>
    private static bool MayBeMore(Type type) =>
        Array.Exists(
            [typeof(string), typeof(Response), typeof(byte[]), typeof(ReadOnlyMemory<byte>), typeof(Html), typeof(HttpError), typeof(Stream), typeof(FileInfo)],
            other => type.IsAssignableFrom(other) || type.IsAssignableTo(other));

    private static ValueTask Nothing(Request request)
    {
        if (request.Method is "GET" or "HEAD")
        {
            throw HttpError.NotFound($"There is nothing at {request.Path}.");
        }
        request.Http.StatusCode = 204;
        return default;
    }

    /// <summary>For handlers that write to the connection themselves.</summary>
    private sealed class NothingWriter : ResultWriter
    {
        public override ValueTask WriteAsync(Request request, object? result) => default;

        public override Response ToResponse(Request request, object? result, int status = 200) => new WrittenResponse(request.Http);

        protected override ValueTask WriteValueAsync(Request request, object result) => default;

        protected override Response ResponseOf(object result, int status) => throw new InvalidOperationException();
    }

    private sealed class NoContentWriter : ResultWriter
    {
        public override bool WritesValues => true;

        public override ValueTask WriteAsync(Request request, object? result)
        {
            request.Http.StatusCode = 204;
            return default;
        }

        public override Response ToResponse(Request request, object? result, int status = 200) => Response.NoContent();

        protected override ValueTask WriteValueAsync(Request request, object result) => default;

        protected override Response ResponseOf(object result, int status) => Response.NoContent();
    }

    private sealed class TextWriter : ResultWriter
    {
        public override bool WritesValues => true;

        protected override ValueTask WriteValueAsync(Request request, object result) =>
            BodyWriter.Text(request.Http, Unsafe.As<string>(result), BodyWriter.PlainText);

        protected override Response ResponseOf(object result, int status) => Response.Text((string)result, status);
    }

    private sealed class ResponseWriter : ResultWriter
    {
        protected override ValueTask WriteValueAsync(Request request, object result) => ((Response)result).SendAsync(request);

        protected override Response ResponseOf(object result, int status) => (Response)result;
    }

    private sealed class StatusWriter(ResultWriter inner) : ResultWriter
    {
        public override bool WritesValues => inner.WritesValues;

        protected override ValueTask WriteValueAsync(Request request, object result)
        {
            var pair = (ITuple)result;
            request.Http.StatusCode = (int)pair[1]!;
            // A status was chosen, so an absent value is an empty body, not an absent thing.
            return pair[0] is { } value ? inner.WriteValueAsync(request, value) : default;
        }

        protected override Response ResponseOf(object result, int status)
        {
            var pair = (ITuple)result;
            var chosen = (int)pair[1]!;
            if (pair[0] is not { } value)
            {
                return Response.Status(chosen);
            }
            var response = inner.ResponseOf(value, chosen);
            response.StatusCode = chosen;
            return response;
        }
    }

    private sealed class ObjectWriter(Type type, JsonSerializerOptions options) : ResultWriter
    {
        private readonly JsonTypeInfo? _declared = JsonShape.Declared(type, options);

        protected override ValueTask WriteValueAsync(Request request, object result) => result switch
        {
            string text => BodyWriter.Text(request.Http, text, BodyWriter.PlainText),
            Response response => response.SendAsync(request),
            byte[] bytes => BodyWriter.Bytes(request.Http, bytes, BodyWriter.Binary),
            ReadOnlyMemory<byte> bytes => BodyWriter.Bytes(request.Http, bytes, BodyWriter.Binary),
            Html html => BodyWriter.Html(request.Http, html),
            HttpError error => throw error,
            Stream or FileInfo => ResponseOf(result, request.Http.StatusCode).SendAsync(request),
            _ => ValueBody.WriteAsync(request, result, _declared ?? options.GetTypeInfo(result.GetType())),
        };

        protected override Response ResponseOf(object result, int status) => result switch
        {
            string text => Response.Text(text, status),
            Response response => response,
            byte[] bytes => Response.Bytes(bytes, BodyWriter.Binary, status),
            ReadOnlyMemory<byte> bytes => Response.Bytes(bytes, BodyWriter.Binary, status),
            Html html => Response.Html(html, status),
            HttpError error => throw error,
            Stream stream => Response.Stream(stream, status: status),
            FileInfo file => Response.File(file.FullName),
            _ => new ValueResponse(result, type, status),
        };
    }

    /// <summary>For values that are nothing but values.</summary>
    private sealed class ValueWriter(Type type, JsonSerializerOptions options) : ResultWriter
    {
        private readonly JsonTypeInfo? _declared = JsonShape.Declared(type, options);

        public override bool WritesValues => true;

        protected override ValueTask WriteValueAsync(Request request, object result) =>
            ValueBody.WriteAsync(request, result, _declared ?? options.GetTypeInfo(result.GetType()));

        protected override Response ResponseOf(object result, int status) => new ValueResponse(result, type, status);
    }

    private sealed class StreamWriter : ResultWriter
    {
        protected override ValueTask WriteValueAsync(Request request, object result) => ResponseOf(result, request.Http.StatusCode).SendAsync(request);

        protected override Response ResponseOf(object result, int status) => Response.Stream((Stream)result, status: status);
    }

    private sealed class SequenceWriter<T> : ResultWriter
    {
        protected override ValueTask WriteValueAsync(Request request, object result) => ResponseOf(result, request.Http.StatusCode).SendAsync(request);

        protected override Response ResponseOf(object result, int status) => new SequenceResponse<T>((IAsyncEnumerable<T>)result, asLines: null, status);
    }
}
