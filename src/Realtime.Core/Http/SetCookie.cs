using System.Buffers;
using System.Globalization;
using System.Text;

namespace Realtime.Http;

/// <summary>One cookie to be set: checked when it is made, written when it is known whether it goes over HTTPS.</summary>
internal sealed class SetCookie
{
    // RFC 6265, section 6.1.
    private const int Longest = 4096;

    private static readonly SearchValues<char> TokenLetters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private readonly string _name;
    private readonly string _value;
    private readonly CookieOptions _options;

    public SetCookie(string name, string value, CookieOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(value);
        (_name, _value, _options) = (name, Encode(value), options);
        if (name.AsSpan().ContainsAnyExcept(TokenLetters))
        {
            throw new ArgumentException($"'{name}' is no name for a cookie: use letters, digits, '-' and '_'.", nameof(name));
        }
        CheckAttribute(options.Path, nameof(options.Path));
        CheckAttribute(options.Domain, nameof(options.Domain));
        Check(options.SameSite == SameSite.None && options.Secure == false, "a cookie with SameSite.None must be Secure");
        Check(options.Partitioned && options.Secure == false, "a Partitioned cookie must be Secure");
        Check(name.StartsWith("__Secure-", StringComparison.Ordinal) && options.Secure == false, "a cookie named __Secure-… must be Secure");
        Check(
            name.StartsWith("__Host-", StringComparison.Ordinal) && (options.Secure == false || options.Path != "/" || options.Domain is not null),
            "a cookie named __Host-… must be Secure, with the path / and no domain");
        var length = name.Length + _value.Length + options.Path.Length + (options.Domain?.Length ?? 0);
        Check(length > Longest, $"it has {length} bytes, and browsers take {Longest}: keep the data on the server and a key to it in the cookie");

        void Check(bool isWrong, string rule)
        {
            if (isWrong)
            {
                throw new ArgumentException($"The cookie '{name}' cannot be set: {rule}.", nameof(options));
            }
        }
    }

    public bool Replaces(SetCookie other) => other._name == _name && other._options.Path == _options.Path && other._options.Domain == _options.Domain;

    public string Render(bool isHttps)
    {
        var text = new StringBuilder().Append(_name).Append('=').Append(_value);
        if (_options.Expires is { } expires)
        {
            text.Append(CultureInfo.InvariantCulture, $"; Expires={expires.UtcDateTime:R}");
        }
        if (_options.MaxAge is { } age)
        {
            text.Append(CultureInfo.InvariantCulture, $"; Max-Age={(long)age.TotalSeconds}");
        }
        if (_options.Domain is { } domain)
        {
            text.Append("; Domain=").Append(domain);
        }
        text.Append("; Path=").Append(_options.Path);
        // What browsers would refuse without it has it, whatever is between them and this server.
        if (_options.Secure ?? (isHttps || _options.SameSite == SameSite.None || _options.Partitioned || _name.StartsWith("__", StringComparison.Ordinal)))
        {
            text.Append("; Secure");
        }
        if (_options.HttpOnly)
        {
            text.Append("; HttpOnly");
        }
        text.Append("; SameSite=").Append(_options.SameSite);
        if (_options.Partitioned)
        {
            text.Append("; Partitioned");
        }
        return text.ToString();
    }

    private static void CheckAttribute(string? value, string option)
    {
        foreach (var letter in value ?? "")
        {
            if (letter is ';' or < ' ' or > '~')
            {
                throw new ArgumentException($"CookieOptions.{option} is '{value}': it cannot have a semicolon, a control character or a letter outside of ASCII.", option);
            }
        }
    }

    // A cookie-octet (RFC 6265, section 4.1.1) stands as it is, but for the sign that encoding begins with.
    private static string Encode(string value)
    {
        if (value.All(IsOctet))
        {
            return value;
        }
        var text = new StringBuilder(value.Length + 16);
        foreach (var rune in value.EnumerateRunes())
        {
            if (rune.IsAscii && IsOctet((char)rune.Value))
            {
                text.Append((char)rune.Value);
            }
            else
            {
                text.Append(Uri.EscapeDataString(rune.ToString()));
            }
        }
        return text.ToString();
    }

    private static bool IsOctet(char letter) => letter is > ' ' and < '\u007f' and not ('"' or ',' or ';' or '\\' or '%');
}
