using System.Text;

namespace Realtime.Binding;

/// <summary>Makes a header field's name of a parameter's: <c>ifNoneMatch</c> becomes <c>If-None-Match</c>.</summary>
internal static class HeaderName
{
    public static string Of(string parameter)
    {
        var name = new StringBuilder(parameter.Length + 4);
        foreach (var letter in parameter)
        {
            if (letter == '_')
            {
                name.Append('-');
                continue;
            }
            if (char.IsUpper(letter) && name.Length > 0)
            {
                name.Append('-');
            }
            name.Append(name.Length == 0 || name[^1] == '-' ? char.ToUpperInvariant(letter) : letter);
        }
        return name.ToString();
    }
}
