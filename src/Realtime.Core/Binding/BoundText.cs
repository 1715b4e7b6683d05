namespace Realtime.Binding;

/// <summary>Reads a request's text values as parameters; called from compiled handlers.</summary>
internal static class BoundText
{
    public static T Route<T>(Request request, int index, string name) =>
        typeof(T) == typeof(string) ? (T)(object)request.RouteText(index) : TextValue.Parse<T>(request.RouteSpan(index), name, "route");

    public static T Query<T>(Request request, string name) =>
        request.Query[name] is [{ } text, ..]
            ? TextValue.Parse<T>(text, name, "query")
            : throw new BindingException(name, "query", $"is missing; it should be {TextValue.Expected(typeof(T))}");

    public static T QueryOr<T>(Request request, string name, T absent) =>
        request.Query[name] is [{ } text, ..] ? TextValue.Parse<T>(text, name, "query") : absent;

    public static T[] QueryAll<T>(Request request, string name)
    {
        var texts = request.Query[name];
        var values = texts.Count == 0 ? [] : new T[texts.Count];
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = TextValue.Parse<T>(texts[index] ?? "", name, "query");
        }
        return values;
    }
}
