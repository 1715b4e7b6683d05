using System.Text.RegularExpressions;

namespace Realtime.Config;

/// <summary>Tells settings that must not be shown by their names, and hides the secret parts of addresses.</summary>
internal static partial class Secrets
{
    public static bool IsSecret(string key) => Name().IsMatch(key);

    public static string Hide(string key, string value) => IsSecret(key)
        ? Setting.Mask
        : InUrl().Replace(InPairs().Replace(value, "${name}=" + Setting.Mask), "${user}:" + Setting.Mask + "@");

    // The last part of a key, or any connection string.
    [GeneratedRegex(
        @"(password|passwd|passphrase|pwd|secret|token|apikey|api_key|credential|private|signature|certificate|(^|:|_)(key|pin|sas)|(?-i:[a-z]Key))[^:]*$|^ConnectionStrings:",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Name();

    [GeneratedRegex(@"(?<name>\b(password|pwd|secret|accesskey|sharedaccesskey|token))\s*=\s*[^;&\s]+", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase, 1000)]
    private static partial Regex InPairs();

    [GeneratedRegex(@"(?<user>://[^/:@\s]*):[^/@\s]+@", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex InUrl();
}
