using System.IO.Pipelines;
using System.Reflection;

namespace Realtime.Binding;

/// <summary>Binds the parameters of one handler that come from the request's body: the body as one value, or fields and files of a form.</summary>
internal sealed class BodyBinding(App app, Route route, IReadOnlyList<string> methods)
{
    private static readonly string[] BodyMethods = ["POST", "PUT", "PATCH"];

    private ParameterInfo? _body;
    private ParameterInfo? _field;

    /// <summary>Whether the form must be read before the handler is called.</summary>
    public bool ReadsForm => _field is not null;

    /// <summary>Binds a parameter that nothing else can bind.</summary>
    /// <exception cref="InvalidOperationException">The body cannot give such a parameter; the message says what to do instead.</exception>
    public ParameterBinding<Request>? Resolve(ParameterInfo parameter)
    {
        var type = parameter.ParameterType;
        var isBody = parameter.IsDefined(typeof(BodyAttribute));
        var form = parameter.GetCustomAttribute<FormAttribute>();
        if (form is not null || (!isBody && (type == typeof(Form) || type == typeof(UploadedFile) || IsFiles(type))))
        {
            Take(ref _field, _body, parameter);
            return RequestBinding.Form(parameter, form?.Name ?? parameter.Name!, app)
                ?? throw Unbound(parameter, "A field of a form is text, a file, a list of these, or a type of yours with such members");
        }
        if (!isBody && !CanBeBody(type))
        {
            throw Unbound(parameter, "If it is a service, add it to app.Services");
        }
        if (!isBody && !methods.All(BodyMethods.Contains))
        {
            throw Unbound(parameter, "Only POST, PUT and PATCH read a body unless it is marked [Body]; mark it [Query] if its members are query values; if it is a service, add it to app.Services");
        }
        Take(ref _body, _field, parameter);
        return Raw(type) ?? (type == typeof(string) ? Text() : ParameterBinding<Request>.FromAsync("body", BodyReader.For(parameter, app.Json).ReadAsync));
    }

    private static ParameterBinding<Request> Text() => ParameterBinding<Request>.FromAsync("body", static async request => await request.ReadTextAsync());

    private static ParameterBinding<Request>? Raw(Type type)
    {
        if (type == typeof(PipeReader))
        {
            return ParameterBinding<Request>.From("body", static (Request request) => request.Body);
        }
        if (type == typeof(Stream))
        {
            return ParameterBinding<Request>.From("body", static (Request request) => request.Body.AsStream(true));
        }
        if (type == typeof(byte[]))
        {
            return ParameterBinding<Request>.FromAsync("body", static async request => await request.ReadBytesAsync());
        }
        return type == typeof(ReadOnlyMemory<byte>)
            ? ParameterBinding<Request>.FromAsync("body", static async request => (ReadOnlyMemory<byte>)await request.ReadBytesAsync())
            : null;
    }

    private void Take(ref ParameterInfo? place, ParameterInfo? other, ParameterInfo parameter)
    {
        if (other is not null)
        {
            throw new InvalidOperationException(
                $"{route}: '{other.Name}' and '{parameter.Name}' would both be made of the body, one as a whole and one as a field: make one type of the two, or read the body with the request.");
        }
        if (place is not null && ReferenceEquals(place, _body))
        {
            throw new InvalidOperationException(
                $"{route}: both '{place.Name}' and '{parameter.Name}' would be the body; make one type of the two, or add the one that is a service to app.Services.");
        }
        place = parameter;
    }

    private InvalidOperationException Unbound(ParameterInfo parameter, string advice) => new(
        $"{route}: nothing can bind the parameter '{parameter.Name}' of type {TypeName.Of(parameter.ParameterType)}. {advice}.");

    private static bool IsFiles(Type type) => type == typeof(UploadedFile[]) || (type.IsGenericType && type.GenericTypeArguments is [var item] && item == typeof(UploadedFile) && type.IsAssignableFrom(typeof(UploadedFile[])));

    // An interface or an abstract class cannot be made from JSON, unless it is a collection or says how.
    private static bool CanBeBody(Type type) =>
        type == typeof(Stream) || type == typeof(PipeReader)
        || (!type.IsByRef && !type.IsPointer && !type.IsAssignableTo(typeof(Delegate)) && !type.IsAssignableTo(typeof(Stream)) && !type.IsAssignableTo(typeof(Response))
            && ((!type.IsAbstract && !type.IsInterface)
                || type.IsAssignableTo(typeof(System.Collections.IEnumerable))
                || type.IsAssignableTo(typeof(System.Text.Json.Nodes.JsonNode))
                || type.IsDefined(typeof(System.Text.Json.Serialization.JsonDerivedTypeAttribute), inherit: false)
                || type.IsDefined(typeof(System.Text.Json.Serialization.JsonConverterAttribute), inherit: false)));
}
