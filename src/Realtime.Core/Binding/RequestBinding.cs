using System.ComponentModel.DataAnnotations;
using System.Linq.Expressions;
using System.Reflection;
using System.Security.Claims;
using Microsoft.Extensions.Primitives;
using Realtime.Protocol;
using Realtime.Routing;

namespace Realtime.Binding;

/// <summary>
/// Binds a parameter to what a request brings, all but its body: the request itself, its connection, route values,
/// services, query values, header fields, cookies. Routes and sockets share it.
/// </summary>
public static class RequestBinding
{
    private const string Texts = "text, a number, a date, an enum, anything else that is IParsable, or a list of these";

    /// <summary>
    /// Binds a parameter. In this order: what an attribute says (<see cref="QueryAttribute"/>, <see cref="HeaderAttribute"/>, <see cref="CookieAttribute"/>),
    /// <see cref="Request"/>, <see cref="Session"/>, <see cref="ClaimsPrincipal"/> (who sends it), <see cref="HttpConnection"/> or another connection type, <see cref="CancellationToken"/> (fires when the peer has
    /// gone), a parameter of the path by its name, a service, a query value by its name (text types, nullable ones, and lists of them for a repeated name). What a parameter's validation
    /// attributes ask for is checked.
    /// </summary>
    /// <param name="parameter">The handler's parameter.</param>
    /// <param name="pattern">The route's pattern.</param>
    /// <param name="app">The app, whose services are built (see <see cref="App.OnBuild"/>).</param>
    /// <returns>The binding, or null where a request without its body cannot give such a parameter.</returns>
    /// <exception cref="InvalidOperationException">An attribute says what cannot be; the message says what to do instead.</exception>
    public static ParameterBinding<Request>? Resolve(ParameterInfo parameter, PathPattern pattern, App app)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        ArgumentNullException.ThrowIfNull(pattern);
        ArgumentNullException.ThrowIfNull(app);

        var type = parameter.ParameterType;
        if (parameter.GetCustomAttribute<BodyAttribute>() is not null || parameter.GetCustomAttribute<FormAttribute>() is not null)
        {
            return null;
        }
        if (Attributed(parameter, pattern, app) is { } attributed)
        {
            return attributed;
        }
        if (type == typeof(Request))
        {
            return ParameterBinding<Request>.From("context", static (Request request) => request);
        }
        if (type == typeof(ClaimsPrincipal))
        {
            return ParameterBinding<Request>.FromAsync("context", static async request => await request.GetUserAsync());
        }
        if (type == typeof(CancellationToken))
        {
            return ParameterBinding<Request>.From("context", static (Request request) => request.Disconnected);
        }
        if (type == typeof(Session))
        {
            return ParameterBinding<Request>.From("context", static (Request request) => request.Session);
        }
        if (type.IsAssignableTo(typeof(Connection)))
        {
            var request = Expression.Parameter(typeof(Request));
            var connection = Expression.Convert(Expression.Property(request, nameof(Request.Connection)), type);
            return ParameterBinding<Request>.From("context", Expression.Lambda(connection, request));
        }
        if (parameter.Name is { } name && pattern.IndexOf(name) is >= 0 and var index)
        {
            return RouteBinding.Read(parameter, pattern.ParameterSegments[index], index) is { } read
                ? Bind(parameter, app, "route", name, read)
                : throw new InvalidOperationException($"{pattern}: the parameter '{name}' is in the path, but text cannot become a {TypeName.Of(type)}: give the type IParsable<{TypeName.Of(type)}>.");
        }
        return ServiceBinding.Resolve<Request>(parameter, app, static request => request.Services) ?? Query(parameter, parameter.Name!, app);
    }

    /// <summary>Binds a parameter to the fields of a form that is read before the handler is called.</summary>
    internal static ParameterBinding<Request>? Form(ParameterInfo parameter, string name, App app)
    {
        var type = parameter.ParameterType;
        if (type == typeof(Form))
        {
            return ParameterBinding<Request>.From("form", static (Request request) => request.BoundForm);
        }
        if (type == typeof(UploadedFile) || type.IsAssignableFrom(typeof(UploadedFile[])))
        {
            var optional = ParameterDefault.TryGet(parameter, out _);
            var method = type == typeof(UploadedFile) ? (optional ? nameof(BoundFile.OneOrNone) : nameof(BoundFile.One)) : nameof(BoundFile.All);
            return Bind(parameter, app, "form", name, request => Expression.Call(typeof(BoundFile), method, null, request, Expression.Constant(name)));
        }
        return Texted(parameter, app, "form", name, request => Expression.Property(Expression.Property(request, nameof(Request.BoundForm)), "Item", Expression.Constant(name)), nameof(BoundText.First))
            ?? Whole(parameter, app, "form", static request => request.BoundForm);
    }

    private static ParameterBinding<Request>? Attributed(ParameterInfo parameter, PathPattern pattern, App app)
    {
        var own = parameter.Name ?? "";
        if (parameter.GetCustomAttribute<QueryAttribute>() is { } query)
        {
            return Query(parameter, query.Name ?? own, app) ?? Whole(parameter, app, "query", static request => request.Query);
        }
        if (parameter.GetCustomAttribute<HeaderAttribute>() is { } header)
        {
            var name = header.Name ?? HeaderName.Of(own);
            return Texted(parameter, app, "header", name, request => Lines(request, name, ListParameter.Of(parameter.ParameterType) is not null), nameof(BoundText.Line)) ?? throw Unfit("a header field");
        }
        if (parameter.GetCustomAttribute<CookieAttribute>() is { } cookie)
        {
            var name = cookie.Name ?? own;
            return TextValue.CanParse(parameter.ParameterType)
                ? One(parameter, app, "cookie", name, request => Expression.Property(Expression.Property(request, nameof(Request.Cookies)), "Item", Expression.Constant(name)))
                : throw Unfit("a cookie");
        }
        return null;

        InvalidOperationException Unfit(string what) => new(
            $"{pattern}: the parameter '{own}' of type {TypeName.Of(parameter.ParameterType)} cannot be {what}: that is {Texts}.");
    }

    private static Expression Lines(Expression request, string name, bool isList)
    {
        var lines = Expression.Property(Expression.Property(request, nameof(Request.Headers)), "Item", Expression.Constant(name));
        return isList ? Expression.Call(typeof(BoundText), nameof(BoundText.Members), null, lines) : lines;
    }

    private static ParameterBinding<Request>? Query(ParameterInfo parameter, string name, App app)
    {
        var (type, field) = (parameter.ParameterType, Expression.Constant(name));
        if (type == typeof(StringValues) || ListParameter.Of(type) is not null)
        {
            return Texted(parameter, app, "query", name, request => Expression.Property(Expression.Property(request, nameof(Request.Query)), "Item", field), nameof(BoundText.First));
        }
        if (!TextValue.CanParse(type))
        {
            return null;
        }
        return ParameterDefault.TryGet(parameter, out var absent)
            ? Bind(parameter, app, "query", name, request => Call(nameof(BoundText.QueryOr), type, request, field, Expression.Constant(absent, type)))
            : Bind(parameter, app, "query", name, request => Call(nameof(BoundText.Query), type, request, field));
    }

    /// <summary>Binds text values that came under one name: all of them to a list, one of them to anything else.</summary>
    private static ParameterBinding<Request>? Texted(
        ParameterInfo parameter, App app, string source, string name, Func<Expression, Expression> values, string one)
    {
        var type = parameter.ParameterType;
        if (type == typeof(StringValues))
        {
            return Bind(parameter, app, source, name, values);
        }
        if (ListParameter.Of(type) is { } list)
        {
            return Bind(parameter, app, source, name, request => Call(list.Method, list.Element, values(request), Expression.Constant(name), Expression.Constant(source)));
        }
        return TextValue.CanParse(type)
            ? One(parameter, app, source, name, request => Expression.Call(typeof(BoundText), one, null, values(request)))
            : null;
    }

    private static ParameterBinding<Request> One(ParameterInfo parameter, App app, string source, string name, Func<Expression, Expression> text)
    {
        var type = parameter.ParameterType;
        var optional = ParameterDefault.TryGet(parameter, out var absent);
        // A box that is not checked is not sent.
        if (!optional && source == "form" && type == typeof(bool))
        {
            (optional, absent) = (true, false);
        }
        Expression[] words = [Expression.Constant(name), Expression.Constant(source)];
        return Bind(parameter, app, source, name, request => optional
            ? Call(nameof(BoundText.OneOr), type, [text(request), .. words, Expression.Constant(absent, type)])
            : Call(nameof(BoundText.One), type, [text(request), .. words]));
    }

    /// <summary>Binds an object to fields, member by member.</summary>
    private static ParameterBinding<Request>? Whole(ParameterInfo parameter, App app, string source, Expression<Func<Request, IFields>> fields)
    {
        var type = parameter.ParameterType;
        if (FieldShape.TryFor(type, app.Json, 0) is not { } shape)
        {
            return null;
        }
        return Bind(parameter, app, source, "", request => Expression.Convert(
            Expression.Call(
                Expression.Constant(shape, typeof(FieldShape)),
                nameof(FieldShape.ReadWhole),
                null,
                new ReplaceParameter(fields.Parameters[0], request).Visit(fields.Body),
                Expression.Constant(source)),
            type));
    }

    private static ParameterBinding<Request> Bind(ParameterInfo parameter, App app, string source, string name, Func<Expression, Expression> read)
    {
        var request = Expression.Parameter(typeof(Request));
        var value = read(request);
        return ParameterBinding<Request>.From(source, Expression.Lambda(Checked(parameter, app, source, name, request, value), request));
    }

    private static Expression Checked(ParameterInfo parameter, App app, string source, string name, Expression request, Expression value)
    {
        var type = parameter.ParameterType;
        var attributes = parameter.GetCustomAttributes<ValidationAttribute>().ToArray();
        var inside = name.Length == 0 ? RuleBook.Of(app.Json).Find(type) : null;
        if (attributes.Length == 0 && inside is null)
        {
            return value;
        }
        var checks = typeof(Checks).GetMethods().Single(static method => method is { Name: nameof(Checks.Of), IsPublic: true }).MakeGenericMethod(type)
            .Invoke(null, [attributes, parameter.Name ?? name]);
        var rule = Activator.CreateInstance(typeof(ParameterRule<>).MakeGenericType(type), checks, inside, name, source)!;
        return Expression.Call(
            Expression.Constant(rule), nameof(ParameterRule<>.Checked), null, value.Type == type ? value : Expression.Convert(value, type), request);
    }

    private static MethodCallExpression Call(string method, Type type, params Expression[] arguments) => Expression.Call(typeof(BoundText), method, [type], arguments);
}
