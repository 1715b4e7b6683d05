namespace Realtime.Binding;

/// <summary>Says of a parameter's type whether it is a list of text values, and how one is made.</summary>
internal static class ListParameter
{
    private static readonly Type[] ArrayShapes =
        [typeof(IEnumerable<>), typeof(ICollection<>), typeof(IList<>), typeof(IReadOnlyCollection<>), typeof(IReadOnlyList<>)];

    /// <summary>The element's type, and the method of <see cref="BoundText"/> that makes the list; null where the type is no list of text values.</summary>
    public static (Type Element, string Method)? Of(Type type)
    {
        if (type.IsSZArray)
        {
            return Element(type.GetElementType()!, nameof(BoundText.All));
        }
        if (!type.IsGenericType || type.GenericTypeArguments is not [var element])
        {
            return null;
        }
        var open = type.GetGenericTypeDefinition();
        if (ArrayShapes.Contains(open))
        {
            return Element(element, nameof(BoundText.All));
        }
        if (open == typeof(List<>))
        {
            return Element(element, nameof(BoundText.List));
        }
        return open == typeof(HashSet<>) || open == typeof(ISet<>) || open == typeof(IReadOnlySet<>) ? Element(element, nameof(BoundText.Set)) : null;
    }

    // Bytes are a body, or base64 inside of one.
    private static (Type Element, string Method)? Element(Type element, string method) => element != typeof(byte) && TextValue.CanParse(element) ? (element, method) : null;
}
